"""The bare faces that put masks on: some to train a pattern on, others to measure it."""

from __future__ import annotations

import numpy as np

from facemask_core.data import datasets, portraits, samples
from facemask_core.data.datasets import Dataset
from facemask_core.data.samples import Portrait
from facemask_core.labels import WITHOUT_MASK
from facemask_core.pictures import images
from facemask_core.printable_mask.worn_pattern import Wearer, find_wearer


def choose_portraits(*, held_out: bool) -> list[Portrait]:
    """Chooses every second shipped portrait without a mask.

    Args:
        held_out: Whether it is the half to measure with; the other half is to be trained on.
    """
    bare = [portrait for portrait in samples.faces() if portrait.label == WITHOUT_MASK]
    return bare[int(held_out) :: 2]


def read_portraits(*, held_out: bool, seed: int = 0) -> list[Wearer]:
    """Reads half of the shipped portraits without a mask, each before a background of its own.

    Args:
        held_out: As for :func:`choose_portraits`.
        seed: Seed of the backgrounds.

    Returns:
        Those in which the face finder finds the face.
    """
    found = []
    for number, portrait in enumerate(choose_portraits(held_out=held_out)):
        rng = np.random.default_rng([seed, 2 * number + held_out])
        picture = portraits.vary(portrait, rng)
        found.append(find_wearer(images.decode(picture)))
    return [wearer for wearer in found if wearer is not None]


def read_photographs(dataset: Dataset) -> list[Wearer]:
    """Reads a dataset's photographs without a mask, whole, as a report shows them to a model.

    Args:
        dataset: The photographs; those that cannot be read and those in which no face is found are
            left out.
    """
    return [
        wearer
        for batch in datasets.stream(dataset, 32)
        for picture, label in zip(batch.images, batch.labels, strict=True)
        if label == WITHOUT_MASK and (wearer := find_wearer(picture, crop=False)) is not None
    ]
