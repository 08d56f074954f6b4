"""Models that a visitor brings along: found by this session alone, and gone with its tab.

Each has a name that nobody can guess, which keeps it apart in every cache, and its answers stay in
the session. Its file lies in a private folder, where a report's worker finds it, until the tab is
closed; :func:`sweep` then removes it.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import streamlit as st

from facemask_core import attacks
from facemask_core.errors import ForeignModelError
from facemask_core.inspection.card import describe_use
from facemask_core.models import visiting
from facemask_core.models.classifier import Classifier
from facemask_core.models.foreign import opening
from facemask_core.models.foreign.choices import Choices
from facemask_core.models.foreign.packages import find_package
from facemask_core.models.foreign.settling import settle
from facemask_core.models.visiting import Host, Visitor
from facemask_core.pictures.images import INPUT_SIZE
from facemask_core.storage import place
from facemask_ui import compat
from facemask_ui.base import mode
from facemask_ui.language import say
from facemask_ui.visitors import waiting
from facemask_ui.visitors.shared_cache import compute_once

MEGABYTES = 200
"""The largest file; the lab's server takes no larger upload."""
_GREY = np.full((1, INPUT_SIZE, INPUT_SIZE, 3), 0.5, np.float32)
_SHELF = "own-models"
_MOST_HOMES = 1024
"""Folders of a process; a server has one, and the tests have one each."""
_LOOK_SECONDS = 0.25
_reading = Lock()
"""One file is read at a time: a network is tried out in ten ways, outside the line."""
_shelves_lock = Lock()
_shelves: dict[str, Shelf] = {}
"""Every session's models, by the session's id: what is left of those that are over is removed."""


@dataclass(eq=False)
class OwnModel:
    """A model that this visitor brought along.

    Attributes:
        name: Its name on this server, which nobody else can guess.
        title: Its name for people.
        classifier: The model.
        found: How it is used, as :func:`~facemask_core.inspection.card.describe_use` writes it.
        visitor: Its file.
        sha256: The hash of the file's bytes.
        seconds: What a pass takes for one picture.
        leaves_size_open: Whether its file takes pictures of any size.
        parts: What has been measured of it, by the part's name.
        measured_seconds: How long that took.
        photographs: The visitor's own that it was measured on, and whether they were cut to faces.
        is_wanted: Whether the visitor waits for the rest.
        is_ready: Whether its gradient is compiled.
    """

    name: str
    title: str
    classifier: Classifier
    found: dict[str, Any]
    visitor: Visitor
    sha256: str
    seconds: float
    leaves_size_open: bool
    parts: dict[str, dict[str, Any]] = field(default_factory=dict)
    measured_seconds: float = 0.0
    photographs: tuple[str, bool] = ("", False)
    is_wanted: bool = False
    is_ready: bool = False

    @property
    def megabytes(self) -> float:
        """The size of its file."""
        path = self.visitor.file
        return round(path.stat().st_size / 1e6, 1) if path.is_file() else 0.0


@dataclass(eq=False)
class Shelf:
    """The models of one session."""

    models: list[OwnModel] = field(default_factory=list)

    def clear(self) -> None:
        """Removes every model and its file."""
        while self.models:
            self.models.pop().visitor.remove()


def are_allowed() -> bool:
    """Whether this server takes visitors' models at all."""
    return mode.read_mode().own_models != 0


def list_own() -> list[OwnModel]:
    """Lists this session's models, the first one first."""
    shelf: Shelf | None = st.session_state.get(_SHELF)
    return [] if shelf is None else list(shelf.models)


def find(name: str) -> OwnModel | None:
    """Finds one of this session's models; None for any other name.

    Args:
        name: Its name on this server.
    """
    return next((it for it in list_own() if it.name == name), None)


def check_not_gone(name: str) -> None:
    """Refuses the name of a visitor's model that is not this session's, or no longer is.

    Raises:
        ForeignModelError: It is such a name.
    """
    if visiting.is_visiting(name):
        title = visiting.write_title(name)
        raise ForeignModelError(say("models.own.gone", name=title))


def add(files: Mapping[str, bytes], choices: Choices | None = None) -> OwnModel:
    """Takes in a model; one of the same content takes the place of the one before.

    Args:
        files: What the visitor chose, by name.
        choices: What the visitor says of it.

    Raises:
        ForeignModelError: It cannot be used, or there is no room for it.
        ForeignQuestionError: It can be used once a question is answered.
    """
    package = find_package(files)
    digest = package.sha256
    before = [it for it in list_own() if it.sha256 == digest]
    _check_room(len(before))
    visitor = _host().take(package)
    try:
        model = _read(visitor, digest, choices)
    except BaseException:
        visitor.remove()
        raise
    for it in before:
        remove(it)
    _find_shelf().models.append(model)
    return model


def read_again(model: OwnModel, choices: Choices) -> OwnModel:
    """Reads a model's file in another way, which makes it another model.

    Args:
        model: The model.
        choices: What the visitor says of it.

    Raises:
        ForeignModelError: It cannot be used so.
    """
    new = _read(model.visitor, model.sha256, choices)
    shelf = _find_shelf()
    shelf.models[shelf.models.index(model)] = new
    return new


def remove(model: OwnModel) -> None:
    """Removes a model of this session's, and its file."""
    model.visitor.remove()
    shelf = _find_shelf()
    if model in shelf.models:
        shelf.models.remove(model)


def get_ready(model: OwnModel) -> Classifier:
    """Compiles a model's gradient, which takes seconds, once.

    Args:
        model: The model.
    """
    if not model.is_ready:
        with st.spinner(say("models.choice.preparing")):
            attacks.make("fgsm")(model.classifier, _GREY, np.array([0]), epsilon=0.0)
        model.is_ready = True
    return model.classifier


def sweep(sessions: Collection[str]) -> None:
    """Removes the models of sessions that are over.

    Args:
        sessions: The ids of those that are not.
    """
    with _shelves_lock:
        over = [_shelves.pop(session) for session in _shelves.keys() - set(sessions)]
    for shelf in over:
        shelf.clear()


def _read(visitor: Visitor, sha256: str, choices: Choices | None) -> OwnModel:
    """Reads a file, and measures how fast its model is."""
    while not _reading.acquire(timeout=_LOOK_SECONDS):
        compat.end_superseded_run()
    try:
        opened = opening.open_model(visitor.file, choices)
    finally:
        _reading.release()
    classifier = Classifier(opened.model, opened.card)
    waiting.join_queue(classifier)
    classifier.predict(_GREY)
    start = time.perf_counter()
    classifier.predict(_GREY)
    seconds = time.perf_counter() - start
    best = opened.finding.best
    settled = settle(best.preparation, best.meanings)
    name = visitor.note_reading(opened.card.name, settled)
    found, is_open = describe_use(opened), opened.leaves_size_open
    return OwnModel(name, opened.card.name, classifier, found, visitor, sha256, seconds, is_open)


def _check_room(replaced: int) -> None:
    limits = mode.read_mode()
    if limits.own_models == 0:
        raise ForeignModelError(say("models.own.refused"))
    mine = len(list_own()) - replaced
    if mine >= limits.own_models_each:
        raise ForeignModelError(say("models.own.full_tab", most=limits.own_models_each))
    with _shelves_lock:
        total = sum(len(shelf.models) for shelf in _shelves.values()) - replaced
    if total >= limits.own_models:
        raise ForeignModelError(say("models.own.full_server"))


def _find_shelf() -> Shelf:
    shelf: Shelf = st.session_state.setdefault(_SHELF, Shelf())
    with _shelves_lock:
        _shelves[str(compat.read_session_id())] = shelf
    return shelf


def _host() -> Host:
    return _make_host(str(place.default_folder()))


@compute_once(most=_MOST_HOMES)
def _make_host(home: str) -> Host:
    return Host(Path(home))
