"""Whether it helps to compute several visitors' batches as one: turn by turn in one process."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from facemask_core import attacks, load_classifier
from facemask_core.attacks.fgsm import FGSM
from facemask_core.data import samples
from facemask_core.models.classifier import Classifier
from facemask_core.pictures import images

_COUNT = 8
_STEPS = 4


def ratios(name: str, turns: int) -> dict[str, float]:
    """Processor time of eight faces one by one over that of all at once, by what is asked.

    Args:
        name: A shipped model.
        turns: Pairs of measurements, of which the median ratio counts.
    """
    classifier = load_classifier(name)
    faces = np.stack(
        [
            images.to_float(images.resize(images.decode(portrait.path.read_bytes())))
            for portrait in samples.gallery()[:_COUNT]
        ]
    )
    return {what: _ratio(ask, classifier, faces, turns) for what, ask in _ASKED.items()}


def _verdict(classifier: Classifier, faces: NDArray[np.float32]) -> None:
    classifier.predict(faces)


def _gradient(classifier: Classifier, faces: NDArray[np.float32]) -> None:
    FGSM().steepest(classifier, faces, np.zeros(len(faces), np.int64))


def _pgd(classifier: Classifier, faces: NDArray[np.float32]) -> None:
    labels = np.zeros(len(faces), np.int64)
    attacks.make("pgd", steps=_STEPS)(classifier, faces, labels, epsilon=4 / 255, seed=0)


_ASKED: dict[str, Callable[[Classifier, NDArray[np.float32]], None]] = {
    "verdict": _verdict,
    "gradient": _gradient,
    "pgd": _pgd,
}


def _ratio(
    ask: Callable[[Classifier, NDArray[np.float32]], None],
    classifier: Classifier,
    faces: NDArray[np.float32],
    turns: int,
) -> float:
    def alone() -> None:
        for face in faces:
            ask(classifier, face[None])

    def at_once() -> None:
        ask(classifier, faces)

    for warm in (alone, at_once):
        warm()
    found = [_spent(alone) / _spent(at_once) for _ in range(turns)]
    return round(statistics.median(found), 2)


def _spent(act: Callable[[], None]) -> float:
    start = time.process_time()
    act()
    return time.process_time() - start
