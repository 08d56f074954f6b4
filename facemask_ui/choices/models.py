"""The models to choose from: those shipped, loaded once and shared by all, and a visitor's own."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterable
from functools import partial
from typing import Any, cast

import numpy as np
import streamlit as st

from facemask_core import attacks, backbones, system
from facemask_core.errors import FacemaskError
from facemask_core.models import checkpoints, visiting
from facemask_core.models.classifier import Classifier, load_classifier
from facemask_core.pictures.images import INPUT_SIZE
from facemask_ui import compat
from facemask_ui.base import messages as sentences
from facemask_ui.base import settings
from facemask_ui.choices import offer, own_models
from facemask_ui.language import say
from facemask_ui.language.refusals import translate_refusal
from facemask_ui.visitors import shared_cache, waiting
from facemask_ui.visitors.shared_cache import compute_once

compat.keep_keras_state()

_GREY = np.full((1, INPUT_SIZE, INPUT_SIZE, 3), 0.5, np.float32)
"""What programs are compiled with."""
_MOST = 64
"""Models in memory, more than anyone ships: a model that goes is loaded again, beside itself."""
_last_use: dict[str, float] = {}
"""When each model in memory was last asked for, by the clock that nobody sets."""
_UNAVAILABLE = f"{settings.PASSING}not-offered"


def shipped() -> tuple[str, ...]:
    """Lists the models visitors can choose, the lightest first because it answers at once.

    A model whose card cannot be used is left out, and the footer of every page says so; so is one
    that the operator does not offer.

    Raises:
        CheckpointError: There is none.
    """
    names = offer.list_offered()
    return tuple(sorted(names, key=lambda name: (measure_megabytes(name), name)))


def list_choices() -> tuple[str, ...]:
    """Lists the shipped models, and then those that this visitor brought along.

    Raises:
        CheckpointError: No model is shipped.
    """
    return (*shipped(), *(own.name for own in own_models.list_own()))


def read_card(name: str) -> checkpoints.Card:
    """Reads the card of a shipped model, or of this visitor's.

    Raises:
        CheckpointError: There is no such model, or its card cannot be used.
    """
    if (own := own_models.find(name)) is not None:
        return own.classifier.card
    own_models.check_not_gone(name)
    return checkpoints.read_card(checkpoints.locate(name))


def measure_megabytes(name: str) -> float:
    """Measures the file with a model's weights, in megabytes; 0 if it is not there."""
    if (own := own_models.find(name)) is not None:
        return own.megabytes
    path = checkpoints.locate(name) / checkpoints.WEIGHTS_FILE
    return round(path.stat().st_size / 1e6, 1) if path.is_file() else 0.0


def title(name: str) -> str:
    """Writes a model's name for the screen: its backbone's title, and what is special about it.

    A model that is not there, or whose card cannot be used, is called by its plain name.
    """
    if visiting.is_visiting(name):
        return say("models.own.title", name=sentences.write_name(visiting.write_title(name)))
    try:
        return _title(name, checkpoints.read_card(checkpoints.locate(name)))
    except FacemaskError:  # its page says why; a list of names is no place for it
        return sentences.write_name(name)


def _title(name: str, card: checkpoints.Card) -> str:
    backbone = backbones.get(card.backbone)
    own = sentences.write_name(name.removeprefix(backbone.name).lstrip("-"))
    return f"{backbone.title} ({own})" if own else backbone.title


def name(stored_name: str) -> str:
    """Writes the name of a stored run's model, which may be no shipped one, for the screen."""
    return (
        title(stored_name)
        if stored_name in checkpoints.usable()
        else sentences.write_name(visiting.write_title(stored_name))
    )


def write_argument(name: str) -> str:
    """Writes what stands for a model on the command line: its name, or a file's of the visitor.

    Args:
        name: The model.
    """
    own = own_models.find(name)
    return name if own is None else own.visitor.file.name


def sort_names(names: Iterable[str]) -> list[str]:
    """Sorts models' names for a table: those that visitors can choose first, in their order.

    Args:
        names: The names of stored runs' models, some of which may be no shipped ones.
    """
    places = {name: place for place, name in enumerate(list_choices())}
    return sorted(names, key=lambda name: (places.get(name, len(places)), name))


def sha256(name: str) -> str:
    """Reads the hash of a model's weights, which identifies it."""
    return read_card(name).weights_sha256


def load(name: str, *, to_attack: bool = False) -> Classifier:
    """Loads a shipped model, or returns the one in memory, or the visitor's own.

    Args:
        name: The model.
        to_attack: Also compile its gradient, which takes seconds: better now than when someone
            moves the slider, and better not where only verdicts are needed.

    Raises:
        CheckpointError: This server does not offer the model, or its files cannot be used.
    """
    if (own := own_models.find(name)) is not None:
        return own_models.get_ready(own) if to_attack else own.classifier
    own_models.check_not_gone(name)
    offer.check_offered(name)
    _last_use[name] = time.monotonic()
    classifier = _load(name, sha256(name))
    if to_attack:
        _compile_gradient(name, sha256(name))
    return classifier


class _ModelOnDemand:
    """A shipped model that is not loaded yet: its card is read, its weights wait for a question."""

    def __init__(self, name: str) -> None:
        offer.check_offered(name)
        self.name = name
        self.card = read_card(name)

    def __getattr__(self, attribute: str) -> Any:
        return getattr(load(self.name, to_attack=True), attribute)


def on_demand(name: str) -> Classifier:
    """Returns a shipped model that is loaded, ready to be attacked, once it is asked something.

    Args:
        name: The model.

    Raises:
        CheckpointError: This server does not offer the model, or its card cannot be used.
    """
    if own_models.find(name) is not None:
        return load(name, to_attack=True)
    return cast(Classifier, _ModelOnDemand(name))


@compute_once(most=_MOST, spinner="models.choice.loading")
def _load(name: str, weights_sha256: str) -> Classifier:
    """The hash is part of the key: a retrained model is loaded anew, and replaces no other."""
    classifier = load_classifier(name, warm_up=False)
    waiting.join_queue(classifier)
    with waiting.run_to_end(for_everyone=True):
        classifier.predict(_GREY)
    _in_memory()[name] = classifier
    return classifier


@compute_once(most=_MOST, spinner="models.choice.preparing")
def _compile_gradient(name: str, weights_sha256: str) -> None:
    attacks.make("fgsm")(_load(name, weights_sha256), _GREY, np.array([0]), epsilon=0.0)


def unload(idle: float) -> list[str]:
    """Unloads the models that nobody has asked for in a while; the next to ask loads them again.

    A run that has one goes on with it. What Python cannot know to be garbage without looking, and
    what the C library keeps for later, is given back to the system.

    Args:
        idle: Seconds without use.

    Returns:
        The names of the models that are gone.
    """
    now = time.monotonic()
    names = [name for name, used in list(_last_use.items()) if now - used >= idle]
    for name in names:
        _last_use.pop(name, None)
        _in_memory().pop(name, None)
        for function in (_compile_gradient, _load):
            function.drop_where(name)
    if names:
        shared_cache.forget_answers()
        gc.collect()
        system.trim_memory()
    return names


@compute_once(most=1)
def _in_memory() -> dict[str, Classifier]:
    return {}


def robust_twin(name: str) -> str | None:
    """Finds the model of the same backbone that was trained against attacks, if one is shipped."""
    twin = f"{name}-robust"
    return twin if twin in shipped() else None


def messages() -> list[str]:
    """Lists what every visitor has to know: a model is left out, or fell back to the CPU."""
    left_out = [
        say("models.choice.left_out", name=name, problem=translate_refusal(str(error)))
        for name, error in checkpoints.find_faulty_cards().items()
    ]
    return left_out + [
        say(
            "models.choice.fallen_back",
            model=_title(classifier.name, classifier.card),
            problem=message,
        )
        for classifier in list(_in_memory().values())
        for message in classifier.messages
    ]


def choose_model(*, visible: bool = True) -> str:
    """Draws the choice of one model and returns its name.

    Args:
        visible: Whether the visitor may choose; otherwise the link has.
    """
    names = list_choices()
    wish = st.query_params.get("model", names[0])
    draw = partial(st.selectbox, say("models.choice.model"), names, format_func=title)
    choice = settings.ask(draw, "model", names[0], settings.one_of(names), visible=visible)
    if wish not in names and (wish in checkpoints.usable() or visiting.is_visiting(wish)):
        st.session_state[_UNAVAILABLE] = (wish, choice)
    wish, instead = st.session_state.get(_UNAVAILABLE, ("", ""))
    if wish and instead == choice:  # until the visitor chooses
        key = "models.own.instead" if visiting.is_visiting(wish) else "models.choice.instead"
        st.info(
            sentences.escape_markdown(say(key, wish=name(wish), choice=title(choice))),
            icon=":material/info:",
        )
    return choice


def choose_report_models() -> list[str]:
    """Draws the choice of models to make reports of, at first the lightest alone."""
    names = list_choices()
    choice = st.pills(
        say("models.choice.models"),
        names,
        selection_mode="multi",
        format_func=title,
        help=say("models.choice.one_each"),
        wrap=True,
        **settings.bind_several("judged", names[:1], names),
    )
    return [name for name in names if name in choice]


def choose_models() -> list[str]:
    """Draws the choice of models to compare and returns their names."""
    names = list_choices()
    if len(names) == 1:
        return list(names)
    wish = st.session_state.setdefault("models", list(names))
    if not set(wish) <= set(names):  # a model of the visitor's own is gone
        st.session_state["models"] = [name for name in wish if name in names] or list(names)
    choice = st.pills(
        say("models.choice.models"),
        names,
        selection_mode="multi",
        format_func=title,
        key="models",
        wrap=True,
        persist_state="session",
    )
    return [name for name in names if name in choice]
