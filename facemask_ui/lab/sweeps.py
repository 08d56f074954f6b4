"""One face under one attack at every epsilon: computed part by part, and kept.

A part is shown as soon as it is there. When the visitor chooses something else meanwhile, Streamlit
ends the run between two parts, or in line before one, and the film goes on from there if they come
back. Films of the lab's own pictures are everyone's: of several who watch one, the first computes
the next part, and another goes on when that one leaves.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from facemask_core import attacks, robustness
from facemask_core.attacks import Attack
from facemask_core.epsilons import Grid
from facemask_core.evaluation.verdicts import Verdict
from facemask_core.models.classifier import Classifier
from facemask_core.pictures import fidelity
from facemask_core.robustness import Sweep
from facemask_ui.lab import film
from facemask_ui.visitors import shared_cache, waiting

_OWN, _EVERYONES = 6, 48
"""Films a session keeps, and all of them share; one of PGD holds a few megabytes."""
ASKS = b""
"""Stands in a film where the model is asked next: whoever shows the film waits in line first."""
_CONTROL_STRIDE = 4
"""Random noise changes little from notch to notch, and every point costs an answer of the model."""


@dataclass
class Film:
    """Parts in the order they are computed.

    Attributes:
        question: Stands for face, model, attack and seed together.
        rest: Those still to be computed, with :data:`ASKS` before each that asks the model.
        turn: Waits in line for the model, and keeps that place for a block.
        forget: Called when computing one failed, so that the next run begins anew.
        done: The parts there are.
        asks: Whether the model is asked next.
        animation: One more part, made when it is wanted.
        failed: What went wrong, for those who watch as well.
        lock: Held by whoever computes.
    """

    question: str
    rest: Iterator[bytes]
    turn: Callable[[], AbstractContextManager[None]]
    forget: Callable[[], object]
    done: list[bytes] = field(default_factory=list)
    asks: bool = False
    animation: bytes | None = None
    failed: Exception | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __iter__(self) -> Iterator[bytes]:
        """Yields every part; breaking off leaves the rest for the next time, or to another."""
        position = 0
        while (part := self._part(position)) is not None:
            yield part
            position += 1

    def _part(self, position: int) -> bytes | None:
        if position == len(self.done):
            with waiting.hold_lock(self.lock):
                if position == len(self.done):
                    part = self._next()
                    if part is None:
                        return None
                    self.done.append(part)
        return self.done[position]

    def _next(self) -> bytes | None:
        while True:
            if self.failed is not None:
                raise self.failed
            with self.turn() if self.asks else nullcontext():
                try:
                    with waiting.run_to_end():  # a generator that is broken off cannot go on
                        part = next(self.rest, None)
                except Exception as error:
                    self.failed = error
                    self.forget()
                    raise
            self.asks = part is ASKS
            if not self.asks:
                return part


def film_of(
    classifier: Classifier,
    face: NDArray[np.uint8],
    before: Verdict,
    label: int,
    attack: Attack,
    seed: int,
) -> Film:
    """Finds the session's film of a question, or begins it.

    Args:
        classifier: The model under attack.
        face: uint8 (224, 224, 3).
        before: The model's answer to it.
        label: The class the attack is told is true.
        attack: An attack with an epsilon.
        seed: Its seed.
    """
    told = repr((classifier.card.weights_sha256, attack, seed, label))
    question = hashlib.sha256(face.tobytes() + told.encode()).hexdigest()[:20]
    parts = _parts(question, classifier, face, before, label, attack, seed)
    return _kept(question, question, classifier, face, parts)


def animation_of(whole: Film, label: int, grid: Grid) -> bytes:
    """Makes a part of the film as a GIF, or finds it.

    Args:
        whole: A sweep's film, complete.
        label: The class the attack is told is true.
        grid: What its notches stand for.
    """
    if whole.animation is None:
        whole.animation = film.animation(whole.question, whole.done, label, grid)
    return whole.animation


def twin_of(
    question: str,
    twin: Classifier,
    face: NDArray[np.uint8],
    label: int,
    attack: Attack,
    seed: int,
) -> Film:
    """Finds or begins what a second model adds to a film, attacked in the same way.

    Args:
        question: Names the film.
        twin: The second model.
        face: uint8 (224, 224, 3).
        label: The class the attack is told is true.
        attack: An attack with an epsilon.
        seed: Its seed.
    """

    def parts() -> Iterator[bytes]:
        grid, shares = robustness.grid_of(attack), list[tuple[int, float]]()
        yield ASKS
        for part in robustness.epsilon_sweep_parts(twin, face, label, attack, seed=seed):
            shares += zip(part.notches.tolist(), part.confidence.tolist(), strict=True)
            if part.notches[-1] != grid.last:
                yield ASKS
        yield film.line(question, "twin", shares)

    return _kept(f"{question}:{twin.card.weights_sha256}", question, twin, face, parts())


def path_of(
    classifier: Classifier,
    face: NDArray[np.uint8],
    before: Verdict,
    label: int,
    attack: Attack,
    epsilon: float,
    seed: int,
) -> Film:
    """Finds or begins the film of an attack's steps at one epsilon.

    Args:
        classifier: The model under attack.
        face: uint8 (224, 224, 3).
        before: The model's answer to it.
        label: The class the attack is told is true.
        attack: An attack with steps to follow.
        epsilon: Its radius.
        seed: The attack's seed.
    """
    told = repr((classifier.card.weights_sha256, attack, epsilon, seed, label, "steps"))
    question = hashlib.sha256(face.tobytes() + told.encode()).hexdigest()[:20]

    def parts() -> Iterator[bytes]:
        steps = int(attack.steps)  # type: ignore[attr-defined]
        yield film.face(question, face, before, label)
        yield ASKS
        for taken in robustness.attack_path(
            classifier, face, label, attack, epsilon=epsilon, seed=seed
        ):
            yield film.step(question, face, taken)
            if taken.number != steps:
                yield ASKS
        yield film.end(question)

    return _kept(question, question, classifier, face, parts())


def _kept(
    key: str,
    question: str,
    classifier: Classifier,
    face: NDArray[np.uint8],
    parts: Iterator[bytes],
) -> Film:
    films = shared_cache.pick_cache(
        "films", shared_cache.hash_face(face), own=_OWN, everyones=_EVERYONES
    )
    begun = Film(question, parts, classifier.turn, lambda: films.drop(key))
    found: Film = films.get(key, lambda: begun)
    return found


def _parts(
    question: str,
    classifier: Classifier,
    face: NDArray[np.uint8],
    before: Verdict,
    label: int,
    attack: Attack,
    seed: int,
) -> Iterator[bytes]:
    grid = robustness.grid_of(attack)
    yield film.face(question, face, before, label)
    found = []
    yield ASKS
    for part in robustness.epsilon_sweep_parts(classifier, face, label, attack, seed=seed):
        found.append(part)
        yield film.sweep(question, face, part)
        if part.notches[-1] != grid.last:
            yield ASKS
    yield _figures(question, face, found)
    if attack != attacks.make("noise", norm=grid.norm):
        # The answer to no noise at all is known.
        notches = grid.notches[_CONTROL_STRIDE::_CONTROL_STRIDE]
        yield ASKS
        control = robustness.noise_control(classifier, face, grid, notches, seed=seed)
        shares = zip(notches, control[:, label].tolist(), strict=True)
        yield film.line(question, "noise", [(0, before.probabilities[label]), *shares])
    yield film.end(question)


def _figures(question: str, face: NDArray[np.uint8], found: list[Sweep]) -> bytes:
    notches = [int(notch) for part in found for notch in part.notches]
    measured = fidelity.measure_all(face, [picture for part in found for picture in part.attacked])
    return film.figures(question, notches, [_shown(figures) for figures in measured])


def _shown(measured: fidelity.Fidelity) -> dict[str, object]:
    """The figures with as many digits as mean something."""
    psnr = measured.as_dict()["psnr"]
    return {
        "linf": measured.linf,
        "l2": round(measured.l2, 3),
        "changed": round(100 * measured.changed, 1),
        "pixels": round(100 * measured.pixels, 1),
        "ssim": round(measured.ssim, 4),
        "psnr": None if psnr is None else round(psnr, 1),
    }
