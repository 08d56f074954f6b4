"""A seed makes the views that it made when the shipped models were trained.

A recipe names its seed, so training it again shows the model the same views. A change of what is
drawn is a new recipe: then the figures here are measured anew, and the CHANGELOG says so.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from facemask_core.labels import WITHOUT_MASK
from facemask_core.pictures.faces import Box
from facemask_core.training import augmentation, coverings, fabrics
from facemask_core.training.augmentation import Photograph, augment

Image = NDArray[np.uint8]

ROWS, COLUMNS = np.mgrid[0:96, 0:80]
PICTURE = np.stack([2 * ROWS, 3 * COLUMNS, ROWS * COLUMNS // 31], axis=-1).astype(np.uint8)
DONOR = np.ascontiguousarray(PICTURE[::-1, ::-1, ::-1][:60])
FACE = Box(16, 14, 50, 60)
WEIGHTS = np.arange(1, 201) / 100
"""One for each seed, lest two changes of a mean undo each other."""


@pytest.mark.parametrize(
    ("draw", "mean", "deviation"),
    [
        (lambda rng: augment(Photograph(PICTURE, WITHOUT_MASK, FACE), DONOR, 48, rng)[0],
         99.311, 56.290),
        (lambda rng: coverings.draw_any_mask(PICTURE, FACE, DONOR, rng), 89.916, 66.085),
        (lambda rng: coverings.cover_mouth(PICTURE, FACE, DONOR, rng), 91.415, 65.762),
        (lambda rng: coverings.cover_elsewhere(PICTURE, FACE, DONOR, rng), 92.104, 65.038),
        (lambda rng: fabrics.draw_fabric(30, 40, DONOR, rng), 136.120, 44.002),
        (lambda rng: augmentation._relight(PICTURE, rng), 90.329, 62.630),
        (lambda rng: augmentation._darken_or_fade(PICTURE, rng), 113.234, 29.659),
        (lambda rng: augmentation._cast_colour(PICTURE, rng), 84.723, 50.235),
        (lambda rng: augmentation._soften(PICTURE, rng), 91.403, 64.792),
        (lambda rng: augmentation._add_noise(PICTURE, rng), 92.549, 67.852),
        (lambda rng: augmentation._compress(PICTURE, rng), 91.759, 64.890),
    ],
    ids=[
        *("view", "mask", "mouth", "elsewhere", "fabric"),
        *("light", "darkness", "colour", "blur", "noise", "jpeg"),
    ],
)  # fmt: skip
def test_a_seed_makes_the_same_views_as_ever(
    draw: Callable[[np.random.Generator], Image], mean: float, deviation: float
) -> None:
    """On another processor a level may be rounded otherwise, which moves no mean this far."""
    views = [draw(np.random.default_rng(seed)) for seed in range(len(WEIGHTS))]
    assert np.mean(WEIGHTS * [view.mean() for view in views]) == pytest.approx(mean, abs=0.01)
    assert np.mean(WEIGHTS * [view.std() for view in views]) == pytest.approx(deviation, abs=0.01)
