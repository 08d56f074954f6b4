"""The parts of an inspection: what is measured of a model, one after the other.

Together they take three minutes at most for a MobileNet on two cores, so that somebody can wait for
them. Each states its attack and its images, and every share has its interval: on so few images it
is wide, and a report on a whole dataset says more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemask_core import attacks, checks, corruptions, evaluation, robustness
from facemask_core.data import datasets, samples
from facemask_core.data.datasets import Dataset, Prepare
from facemask_core.data.reading import Progress
from facemask_core.engines import RunContext
from facemask_core.epsilons import LINF
from facemask_core.evaluation import Evaluation
from facemask_core.models.classifier import Classifier
from facemask_core.pictures import faces, images

LEVEL = 4
"""The epsilon of both attacks, in steps of 1/255: nobody sees it on a photograph."""
STEPS = 20
SEVERITIES = (1, 3, 5)
_EPSILON = LINF.epsilon(LEVEL)
_CLEAN, _ATTACKED, _SEARCHED, _CORRUPTED, _CHECKED = 200, 60, 60, 24, 12
"""How many pictures each part takes."""


@dataclass(frozen=True, eq=False)
class Part:
    """One part of an inspection.

    Attributes:
        name: ``clean``, ``fgsm``, ``pgd``, ``smallest``, ``corruptions`` or ``checks``, with
            ``own_`` before it on somebody's own photographs.
        weight: About how long it takes, beside the others.
        measure: Measures it, and calls a function with how much is done and of how much.
    """

    name: str
    weight: float
    measure: Callable[[Progress], dict[str, Any]]


def list_parts(
    classifier: Classifier, *, whole: bool = False, own: Dataset | None = None, crop: bool = False
) -> list[Part]:
    """Lists the parts of an inspection, in their order.

    Args:
        classifier: The model.
        whole: Whether it gets whole portraits; otherwise they are cut to the face.
        own: Somebody's own photographs; None for the shipped portraits alone.
        crop: Whether those are cut to the face first.
    """
    prepare = images.resize if whole else faces.cropped
    shipped = datasets.open_dataset(samples.FACES_DIR)
    gallery = datasets.open_dataset(samples.GALLERY_DIR)
    parts = [*_list_evaluations(classifier, shipped, prepare, "")]
    parts += [
        Part("smallest", 2, partial(_search, classifier, shipped, prepare)),
        Part("corruptions", 3, partial(_corrupt, classifier, gallery, prepare)),
        Part("checks", 12, partial(_check, classifier, gallery, prepare)),
    ]
    if own is not None:
        own_prepare = faces.cropped if crop else images.resize
        parts += _list_evaluations(classifier, own, own_prepare, "own_")
    return parts


def _list_evaluations(
    classifier: Classifier, dataset: Dataset, prepare: Prepare, prefix: str
) -> Iterator[Part]:
    """Lists the parts that ask a model about a dataset, before and after each attack."""
    attackers = {
        "fgsm": attacks.make("fgsm"),
        "pgd": attacks.make("pgd", steps=STEPS, stop_early=True),
    }

    def evaluate(attack: attacks.Attack | None, limit: int, report: Progress) -> dict[str, Any]:
        result = evaluation.evaluate(
            classifier,
            dataset.take(limit),
            attack=attack,
            epsilon=0.0 if attack is None else _EPSILON,
            prepare=prepare,
            context=RunContext(progress=report),
        )
        return _gather(result)

    yield Part(f"{prefix}clean", 2, partial(evaluate, None, _CLEAN))
    for name, attack in attackers.items():
        yield Part(f"{prefix}{name}", 2, partial(evaluate, attack, _ATTACKED))


def _gather(result: Evaluation) -> dict[str, Any]:
    """Gathers the figures of an evaluation that a card shows, fit for JSON."""
    row = result.as_dict()
    kept = ("data_sha256", "images", "threat_model", "robust_accuracy", "success_rate")
    also = ("dead_gradients", "classes", "masks", "without_drawn", "speed", "missing_classes")
    return {
        **{key: row[key] for key in (*kept, *also)},
        "accuracy": row["clean"]["accuracy"],
        "balanced_accuracy": row["clean"]["balanced_accuracy"],
        "intervals": row["intervals"],
        "skipped": len(row["skipped"]),
    }


def _read(
    dataset: Dataset, count: int, prepare: Prepare
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    batch = next(datasets.stream(dataset.take(count), count, prepare))
    return batch.images, batch.labels


def _search(
    classifier: Classifier, dataset: Dataset, prepare: Prepare, report: Progress
) -> dict[str, Any]:
    """Finds the smallest epsilon of FGSM that fools each picture: exactly, with one gradient."""
    pictures, labels = _read(dataset, _SEARCHED, prepare)
    report(1, 2)
    found = robustness.find_smallest_epsilon(
        classifier, images.to_float(pictures), labels, attacks.make("fgsm")
    )
    report(2, 2)
    return found.as_dict() | {
        "intervals": [None if it is None else it.as_dict() for it in found.intervals]
    }


def _corrupt(
    classifier: Classifier, dataset: Dataset, prepare: Prepare, report: Progress
) -> dict[str, Any]:
    """Asks for the portraits as no attacker changes them, kind by kind."""
    pictures, labels = _read(dataset, _CORRUPTED, prepare)
    rows, names = list[dict[str, Any]](), corruptions.names()
    for done, name in enumerate(names, 1):
        table = robustness.evaluate_corruptions(
            classifier,
            pictures,
            labels,
            kinds=[corruptions.make(name)],
            severities=SEVERITIES,
        )
        rows.append({"corruption": name, "cells": [cell.as_dict() for cell in table.cells]})
        report(done, len(names))
    shares = [cell["balanced_accuracy"] for row in rows for cell in row["cells"]]
    return {
        "images": len(labels),
        "clean_balanced_accuracy": table.clean_accuracy,
        "mean_balanced_accuracy": float(np.mean(shares)),
        "severities": list(SEVERITIES),
        "rows": rows,
    }


def _check(
    classifier: Classifier, dataset: Dataset, prepare: Prepare, report: Progress
) -> dict[str, Any]:
    """Examines the evaluation under PGD by the checklist."""
    pictures, labels = _read(dataset, _CHECKED, prepare)
    attack = attacks.make("pgd", steps=STEPS)
    subject = checks.make_subject(
        classifier, images.to_float(pictures), labels, attack, epsilon=_EPSILON
    )
    findings = checks.examine(subject, report)
    return {
        "images": len(labels),
        "threat_model": attack.threat_model(_EPSILON),
        "rows": [
            {
                "check": it.name,
                "question": it.question,
                "status": findings[it.name].status.value,
                "sentence": findings[it.name].sentence,
            }
            for it in checks.CHECKS
        ],
    }
