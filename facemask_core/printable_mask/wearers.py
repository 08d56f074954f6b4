"""The bare faces that put masks on: some to train a pattern on, others to measure it."""

from __future__ import annotations

import numpy as np

from facemask_core.data import datasets, portraits, samples
from facemask_core.data.datasets import Dataset
from facemask_core.labels import WITHOUT_MASK
from facemask_core.pictures import images
from facemask_core.printable_mask.worn_pattern import Wearer, find_wearer


def read_portraits(*, held_out: bool, seed: int = 0) -> list[Wearer]:
    """Reads the shipped portraits without a mask, each before a background of its own.

    Args:
        held_out: Whether it is the half to measure with; the other half is to be trained on.
        seed: Seed of the backgrounds.

    Returns:
        Those in which the face finder finds the face.
    """
    bare = [portrait for portrait in samples.faces() if portrait.label == WITHOUT_MASK]
    found = []
    for number, portrait in enumerate(bare):
        if number % 2 == held_out:
            picture = portraits.vary(portrait, np.random.default_rng([seed, number]))
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
