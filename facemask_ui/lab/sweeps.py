"""Begins the lab's films, and finds them again: every epsilon, a second model, every step.

Films of the lab's own pictures are shared by all visitors; films of a visitor's picture stay in the
session.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from facemask_core import attacks, robustness
from facemask_core.evaluation.verdicts import Verdict
from facemask_core.models.classifier import Classifier
from facemask_core.models.foreign.opening import is_foreign
from facemask_core.pictures.fidelity import Fidelity, measure_all
from facemask_core.robustness import Sweep
from facemask_ui.face.question import Question
from facemask_ui.lab import parts, stored_films
from facemask_ui.lab.film import ASKS, Film
from facemask_ui.lab.parts import Part
from facemask_ui.visitors import quiet, shared_cache
from facemask_ui.visitors.shared_cache import AnswerCache

_OWN, _EVERYONES = 6, 48
"""Films a session keeps, and all of them share; one of PGD holds up to four megabytes."""
_CONTROL_STRIDE = 4
"""Random noise changes little from notch to notch, and every point costs an answer of the model."""


def film_sweep(question: Question, before: Verdict) -> Film:
    """Finds the film of every epsilon, or begins it.

    Args:
        question: The question; its attack has an epsilon.
        before: The model's answer to the face.
    """
    name = question.key()
    return _find_film(name, name, question, partial(compute_sweep, question, before))


def recall_sweep(question: Question) -> Film | None:
    """Finds a film of every epsilon that was made before, or began before; asks no model.

    Args:
        question: The question; its model may be one that is not loaded yet.
    """
    quiet.note_visitor()
    films, key = _pick_films(question), question.key()
    film = films.peek(key)
    if film is not None:
        return film if film.done else None
    stored = stored_films.find_film(question)
    if stored is None:
        return None
    complete = Film(
        key, question.classifier, lambda: iter(stored), lambda: films.drop(key), done=stored
    )
    return films.get(key, lambda: complete)


def film_twin(question: Question, twin: Classifier) -> Film:
    """Finds the curve of a second model that is attacked in the same way, or begins it.

    Args:
        question: The question whose film the curve is added to.
        twin: The second model.
    """
    name = question.key()
    key = f"{name}:{twin.card.weights_sha256}"
    question = replace(question, classifier=twin)
    return _find_film(key, name, question, partial(_compute_twin, question))


def film_steps(question: Question, epsilon: float, before: Verdict) -> Film:
    """Finds the film of an attack's steps at one epsilon, or begins it.

    Args:
        question: The question; its attack has steps to follow.
        epsilon: The attack's radius.
        before: The model's answer to the face.
    """
    name = question.key("steps", epsilon)
    return _find_film(name, name, question, partial(_compute_steps, question, epsilon, before))


def _find_film(
    key: str, name: str, question: Question, begin: Callable[[], Iterator[Part]]
) -> Film:
    """Finds a film by its key, or begins it with parts of which none is computed yet."""
    films = _pick_films(question)
    return films.get(
        key, lambda: Film(name, question.classifier, begin, forget=lambda: films.drop(key))
    )


def _pick_films(question: Question) -> AnswerCache[Film]:
    face = shared_cache.hash_face(question.face)
    films: AnswerCache[Film] = shared_cache.pick_cache(
        *("films", face),
        own=_OWN,
        everyones=_EVERYONES,
        private=is_foreign(question.classifier.card),
    )
    return films


def _sweep_parts(question: Question, notches: Sequence[int]) -> Iterator[Sweep]:
    return robustness.sweep_epsilons_in_parts(
        *(question.classifier, question.face, question.label, question.attack),
        notches=notches,
        seed=question.seed,
    )


def compute_sweep(question: Question, before: Verdict) -> Iterator[Part]:
    """Computes the parts of a film of every epsilon, with ``ASKS`` before each that asks the model.

    Args:
        question: The question; its attack has an epsilon.
        before: The model's answer to the face.
    """
    notches, distances = question.notches, dict[int, Fidelity]()
    yield parts.describe_face(question, before)
    yield ASKS
    for sweep in _sweep_parts(question, notches):
        yield parts.describe_sweep(question.face, sweep)
        figures = measure_all(question.face, list(sweep.adversarial))
        distances |= zip(sweep.notches.tolist(), figures, strict=True)
        if len(distances) < len(notches):
            yield ASKS
    yield parts.describe_figures(notches, [distances[notch] for notch in notches])
    if question.attack != attacks.make("noise", norm=question.grid.norm):
        yield ASKS
        yield _compute_noise(question, before)
    yield parts.END


def _compute_noise(question: Question, before: Verdict) -> Part:
    """The confidence under random noise of the same size; that under none at all is known."""
    notches = question.grid.notches[_CONTROL_STRIDE::_CONTROL_STRIDE]
    probabilities = robustness.measure_noise_control(
        question.classifier, question.face, question.grid, notches, seed=question.seed
    )
    confidences = zip(notches, probabilities[:, question.label].tolist(), strict=True)
    first = (0, before.probabilities[question.label])
    return parts.describe_line("noise", [first, *confidences])


def _compute_twin(question: Question) -> Iterator[Part]:
    """The confidence of a second model where the slider stops: its pictures are not shown."""
    confidences = dict[int, float]()
    for part in stored_films.find_film(question) or ():
        confidences |= {notch: answer[question.label] for notch, answer in part.answers.items()}
    if confidences:
        yield parts.describe_line("twin", sorted(confidences.items()))
        return
    yield ASKS
    for sweep in _sweep_parts(question, question.stops):
        confidences |= zip(sweep.notches.tolist(), sweep.confidence.tolist(), strict=True)
        if len(confidences) < len(question.stops):
            yield ASKS
    yield parts.describe_line("twin", sorted(confidences.items()))


def _compute_steps(question: Question, epsilon: float, before: Verdict) -> Iterator[Part]:
    last = int(question.attack.steps)  # type: ignore[attr-defined]
    yield parts.describe_face(question, before)
    yield ASKS
    for step in robustness.follow_attack(
        question.classifier,
        question.face,
        question.label,
        question.attack,
        epsilon=epsilon,
        seed=question.seed,
    ):
        yield parts.describe_step(question.face, step)
        if step.number != last:
            yield ASKS
    yield parts.END
