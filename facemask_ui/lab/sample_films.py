"""Computes films of the lab's own pictures: those that are shipped, and those of an idle server.

Run as a program it computes FGSM's and PGD's for every model that the server offers, one at a time,
the lightest model first. It looks at nothing but shipped pictures, so no visitor's picture can get
on the disk. Being killed at any moment costs the film under way.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facemask_core import attacks
from facemask_core.attacks import Attack
from facemask_core.data import samples
from facemask_core.errors import RunInUseError
from facemask_core.evaluation.verdicts import judge
from facemask_core.models.classifier import Classifier, load_classifier
from facemask_core.pictures import faces
from facemask_core.storage import locks
from facemask_ui.choices import models
from facemask_ui.face import cropping, pictures
from facemask_ui.face.question import Question
from facemask_ui.lab import stored_films, sweeps
from facemask_ui.lab.film import ASKS

_MEGABYTE = 10**6


def list_questions(
    classifier: Classifier, attack: Attack, portraits: Iterable[samples.Portrait]
) -> Iterator[Question]:
    """Lists the questions about shipped pictures, as their first crops show them.

    Args:
        classifier: The model, or one that is loaded once it is needed.
        attack: The attack, as it is offered first.
        portraits: The pictures.
    """
    for portrait in portraits:
        yield Question(_cut_face(portrait.id), classifier, portrait.label, attack, seed=0)


@cache
def _cut_face(sample: str) -> NDArray[np.uint8]:
    picture = pictures.read_sample(sample)
    return faces.crop(picture.pixels, cropping.first_crop(picture))


def make_film(question: Question) -> bytes:
    """Computes a film, and writes it as it is stored.

    Args:
        question: What it shall answer; its model is loaded.
    """
    before = judge(question.classifier, question.face[None])[0]
    film = [part for part in sweeps.compute_sweep(question, before) if part is not ASKS]
    return stored_films.encode(question, film)


def fill_cache(megabytes: int) -> None:
    """Computes the films that the lab does not have yet, and removes those of other weights.

    Ends early where the room is used up, or where the process that began this one has ended.

    Args:
        megabytes: How much room films may take.

    Raises:
        OSError: The folder cannot be written.
        RunInUseError: Another process computes films for the same folder.
    """
    folder, parent = stored_films.cache_folder(), os.getppid()
    with locks.held(locks.make_folder(folder) / "films.lock"):
        wanted = {_place(question): question for question in _list_wanted()}
        for path in folder.glob("*"):
            if path.is_file() and path not in wanted:
                path.unlink()
        for place, question in wanted.items():
            if stored_films.find_film(question) is not None:
                continue
            film = make_film(replace(question, classifier=_load(question.classifier.name)))
            full = _measure_folder(folder) + len(film) > megabytes * _MEGABYTE
            if full or os.getppid() != parent:
                return
            _store(place, film)


def _list_wanted() -> Iterator[Question]:
    """Lists the questions in the order in which a class asks them."""
    for portraits in (samples.gallery(), samples.confusers()):
        for name in models.shipped():
            for attack in (attacks.make("fgsm"), attacks.make("pgd")):
                yield from list_questions(models.on_demand(name), attack, portraits)


@lru_cache(maxsize=1)  # the questions come model by model
def _load(name: str) -> Classifier:
    return load_classifier(name, warm_up=False)


def _place(question: Question) -> Path:
    return stored_films.cache_folder() / f"{question.key()}{stored_films.SUFFIX}"


def _measure_folder(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob(f"*{stored_films.SUFFIX}"))


def _store(path: Path, film: bytes) -> None:
    """Puts a film into its place in one piece."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(film)
    Path(file.name).replace(path)


if __name__ == "__main__":
    try:
        fill_cache(int(sys.argv[1]))
    except (OSError, RunInUseError) as error:
        sys.exit(str(error))
