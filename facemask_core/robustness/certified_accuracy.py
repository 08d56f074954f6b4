"""Certified accuracy: the share of a dataset that is right, and guaranteed to stay so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemask_core.data import datasets
from facemask_core.data.datasets import Dataset, Prepare, SkippedFile
from facemask_core.data.reading import refuse_unreadable
from facemask_core.evaluation import confidence_intervals
from facemask_core.labels import LABELS
from facemask_core.models.classifier import Classifier
from facemask_core.pictures import images
from facemask_core.robustness.certificate import Certificate, Progress, Smoothing, certify

RADII = (0.0, 0.25, 0.5, 1.0)
"""The radii of the table, in L2; at 0 a certificate of any radius counts."""

Check = Callable[[NDArray[np.uint8], Certificate], bool | None]
"""Attacks a face within its certificate, and says whether the answer turned."""


@dataclass(frozen=True)
class CertifiedImage:
    """One image of a dataset.

    Attributes:
        path: Its file.
        label: Its true class.
        certificate: What is guaranteed of it.
        turned_inside: Whether an attack inside the certificate turned it; None if none was tried.
    """

    path: str
    label: int
    certificate: Certificate
    turned_inside: bool | None

    def as_dict(self) -> dict[str, Any]:
        """The image's figures, fit for JSON."""
        stated = {"path": self.path, "truth": LABELS[self.label]}
        return stated | self.certificate.as_dict() | {"turned_inside": self.turned_inside}


def certify_dataset(
    classifier: Classifier,
    dataset: Dataset,
    smoothing: Smoothing,
    *,
    seed: int = 0,
    prepare: Prepare = images.resize,
    check: Check | None = None,
    progress: Progress = lambda *_: None,
) -> tuple[list[CertifiedImage], list[SkippedFile]]:
    """Certifies every image of a dataset.

    Args:
        classifier: The model that is smoothed.
        dataset: The images.
        smoothing: The noise and the numbers of copies.
        seed: Seed of the noise.
        prepare: Turns a decoded picture into the model's input.
        check: Tries each certificate; None to leave that out.
        progress: Called with the files done and those in all.

    Returns:
        The images, and the files that could not be used.

    Raises:
        DatasetError: No file can be used.
    """
    rows: list[CertifiedImage] = []
    skipped: list[SkippedFile] = []
    for batch in datasets.stream(dataset, 8, prepare):
        skipped += batch.skipped
        for face, label, path in zip(batch.images, batch.labels, batch.paths, strict=True):
            found = certify(classifier, face, smoothing, seed=seed)
            turned = check(face, found) if check else None
            rows.append(CertifiedImage(path, int(label), found, turned))
            progress(len(rows) + len(skipped), len(dataset))
    if not rows:
        refuse_unreadable(skipped, len(dataset))
    return rows, skipped


def share_by_radius(rows: Sequence[CertifiedImage]) -> list[dict[str, Any]]:
    """Computes for each of the table's radii which share is right and certified up to it.

    Returns:
        For each radius the accuracy and its 95 % interval, fit for JSON.
    """
    table = []
    for radius in RADII:
        hits = np.array(
            [
                row.certificate.label == row.label and row.certificate.radius >= radius
                for row in rows
            ]
        )
        interval = confidence_intervals.bound_proportion(hits)
        table.append(
            {
                "radius": radius,
                "accuracy": float(hits.mean()),
                "interval": interval.as_dict() if interval else None,
            }
        )
    return table
