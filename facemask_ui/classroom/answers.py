"""What is true at a step of a room: from shipped films, and from the lesson's chapters.

Nothing here is typed in. A film that is missing, because its model's weights are others by now, is
computed. What a chapter measures takes seconds, so a thread computes it ahead.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemask_core import attacks
from facemask_core.data import samples
from facemask_core.epsilons import LINF
from facemask_core.errors import FacemaskError
from facemask_core.models.classifier import Classifier
from facemask_ui.choices import models
from facemask_ui.face.question import Question
from facemask_ui.lab import sample_films, stored_films
from facemask_ui.lab.parts import Part
from facemask_ui.language.texts import Texts
from facemask_ui.lesson.chapters import Chapter
from facemask_ui.lesson.handouts.templates import remove_streamlit_marks
from facemask_ui.rooms.steps import Step

CLASSES = ("bare", "masked")
"""The answers to what the model will say, in the order of the labels."""
NEVER = "never"
"""The answer of those who think that no epsilon of the slider fools the model."""
_log = logging.getLogger(__name__)
_HALF = 0.5
Truth = Mapping[str, Any]


@dataclass(frozen=True)
class FaceFilm:
    """What FGSM does to one of the lab's faces at every notch of the slider.

    Attributes:
        label: The face's true class.
        probabilities: Those of both classes at each notch.
        noise: The confidence in the true class under random noise, at some notches.
        bits: Where FGSM moves a value up, and then where it moves it at all, as packed bits; empty
            where its pictures are no multiples of one pattern.
    """

    label: int
    probabilities: tuple[tuple[float, float], ...]
    noise: tuple[tuple[int, float], ...]
    bits: bytes

    def find_smallest(self) -> int | None:
        """Finds the smallest notch that fools the model; None where none does."""
        right = [pair[self.label] for pair in self.probabilities]
        return next((notch for notch, share in enumerate(right) if share < _HALF), None)

    def find_noise(self) -> int | None:
        """Finds the smallest notch at which random noise fools the model; None where none does."""
        return next((notch for notch, share in self.noise if share < _HALF), None)


def ask(sample: str, classifier: Classifier) -> Question:
    """Asks what FGSM does to a model that looks at one of the lab's faces.

    Args:
        sample: The face.
        classifier: The model.
    """
    (question,) = sample_films.list_questions(
        classifier, attacks.make("fgsm"), [samples.get(sample)]
    )
    return question


@cache
def _read_film(sample: str, model: str, weights: str) -> FaceFilm:
    question = ask(sample, models.on_demand(model))
    film = stored_films.find_film(question) or _compute_film(question, model)
    return summarise(question, film)


def summarise(question: Question, film: Sequence[Part]) -> FaceFilm:
    """Takes from a film what a room needs of it.

    Args:
        question: What the film answers.
        film: All its parts.
    """
    answers = {notch: answer for part in film for notch, answer in part.answers.items()}
    noise = [pair for part in film if part.kind == "line" for pair in part.header["values"]]
    signs = [np.asarray(part.values) for part in film if part.kind == "sign"]
    return FaceFilm(
        question.label,
        tuple((answers[notch][0], answers[notch][1]) for notch in LINF.notches),
        tuple((int(notch), float(share)) for notch, share in noise),
        _pack(signs[0]) if signs else b"",
    )


def _compute_film(question: Question, model: str) -> list[Part]:
    loaded = Question(
        question.face,
        models.load(model, to_attack=True),
        question.label,
        question.attack,
        question.seed,
    )
    return stored_films.decode(sample_films.make_film(loaded), question) or []


def _pack(signs: NDArray[Any]) -> bytes:
    return np.packbits(np.stack([signs > 0, signs != 0]).ravel()).tobytes()


def find_film(sample: str, model: str) -> FaceFilm:
    """Finds what FGSM does to a shipped model that looks at one of the lab's faces.

    Args:
        sample: The face.
        model: The model.
    """
    return _read_film(sample, model, models.sha256(model))


def read_bits(sample: str, model: str) -> bytes | None:
    """Reads where FGSM moves each value of a face, from which a browser draws every notch.

    The answers of the model are not in it.

    Args:
        sample: The lab's face.
        model: The model.

    Returns:
        Two fields of 224 x 224 x 3 bits; None where there are no such face, model or pattern.
    """
    if model not in models.shipped() or sample not in {it.id for it in samples.gallery()}:
        return None
    return find_film(sample, model).bits or None


def tell_answers(film: FaceFilm, levels: Iterable[float]) -> dict[float, Truth]:
    """Tells what a model answers about a face at some epsilons.

    Args:
        film: The model's answers.
        levels: The epsilons in steps of 1/255.
    """
    answers = {level: film.probabilities[int(level)] for level in levels}
    return {
        level: {
            "answer": CLASSES[int(pair[1] > pair[0])],
            "label": CLASSES[film.label],
            "probabilities": pair,
        }
        for level, pair in answers.items()
    }


def tell_slider(film: FaceFilm) -> Truth:
    """Tells where on the slider a model changes its mind, and what it answers at each notch.

    Args:
        film: The model's answers.
    """
    smallest = film.find_smallest()
    return {
        "answer": NEVER if smallest is None else str(smallest),
        "label": CLASSES[film.label],
        "probabilities": [[round(share, 4) for share in pair] for pair in film.probabilities],
    }


def tell_numbers(film: FaceFilm, twin: FaceFilm, numbers: Sequence[str]) -> Truth:
    """Tells the numbers of a step on one's own face for the lab's face, at the slider's notches.

    Args:
        film: The model's answers.
        twin: Those of the model that it is compared with.
        numbers: Their names.
    """
    found = {
        "attack": film.find_smallest(),
        "noise": film.find_noise(),
        "plain": film.find_smallest(),
        "robust": twin.find_smallest(),
    }
    return {"numbers": {name: "none" if found[name] is None else found[name] for name in numbers}}


class ChapterTruth(Mapping[float, Truth]):
    """The answer to a question of a chapter: nothing at first, and measured in a thread."""

    def __init__(self, texts: Texts, chapter: Chapter[Any], row: int) -> None:
        """Begins with nothing.

        Args:
            texts: The language of the explanation, within the lesson.
            chapter: The chapter.
            row: Which of its questions.
        """
        self._texts, self._chapter, self._row = texts, chapter, row
        self._truth: Truth = {}
        self._lock = threading.Lock()
        self._is_begun = False

    def __getitem__(self, level: float) -> Truth:
        """Returns what is known; a thread begins to measure where nothing is."""
        if not self._truth and not self._is_begun:
            threading.Thread(target=self.measure, daemon=True).start()
        return self._truth

    def __iter__(self) -> Iterator[float]:
        """Lists the one key."""
        yield 0.0

    def __len__(self) -> int:
        """Counts the one key."""
        return 1

    def measure(self) -> None:
        """Measures the chapter, unless that has been done; what fails is told in its place."""
        self._is_begun = True
        with self._lock:
            if self._truth:
                return
            try:
                self._truth = self._tell()
            except FacemaskError as error:
                self._truth = {"text": str(error)}
            except Exception:
                _log.exception("The chapter %s could not be measured.", self._chapter.name)
                self._is_begun = False

    def _tell(self) -> Truth:
        chapter, result = self._chapter, self._chapter.measure()
        answers = chapter.pick_answers(result)
        if len(answers) > 1:
            text = chapter.write_replies(self._texts, answers, answers)[self._row]
        else:
            text = chapter.explain(self._texts, result)
        return {"answer": str(answers[self._row]), "text": remove_streamlit_marks(text)}


def prepare(steps: Iterable[Step]) -> None:
    """Measures ahead, in a thread, what the chapters' questions of a lesson need.

    Args:
        steps: The lesson.
    """
    truths = [step.truths for step in steps if isinstance(step.truths, ChapterTruth)]

    def measure_all() -> None:
        for truth in truths:
            truth.measure()

    threading.Thread(target=measure_all, name="classroom", daemon=True).start()
