"""What covers a face covers the part it is said to cover, and no other."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from facemask_core.pictures.faces import Box
from facemask_core.training import coverings
from facemask_core.training.fabrics import draw_fabric

Image = NDArray[np.uint8]
Cover = Callable[[Image, Box, Image, np.random.Generator], Image]

FACE = Box(40, 30, 100, 100)
GREY = np.full((160, 180, 3), 128, np.uint8)
DONOR = np.random.default_rng(1).integers(0, 256, (60, 50, 3), dtype=np.uint8)
EYES = (slice(58, 66), slice(60, 120))
MOUTH = (slice(100, 112), slice(80, 100))


def changed(cover: Cover, seed: int) -> NDArray[np.bool_]:
    picture = GREY.copy()
    picture.setflags(write=False)  # writing to it would raise
    result = cover(picture, FACE, DONOR, np.random.default_rng(seed))
    assert result.shape == picture.shape
    assert result.dtype == np.uint8
    return np.asarray((result != picture).any(axis=2))


def test_a_mask_covers_mouth_and_nose_but_not_the_eyes() -> None:
    for seed in range(60):
        area = changed(coverings.draw_any_mask, seed)
        assert area[MOUTH].mean() > 0.9
        assert area[82:90, 86:94].mean() > 0.8  # the nose's tip
        assert area[EYES].mean() < 0.05


def test_things_over_the_mouth_hide_most_of_it() -> None:
    hidden = [changed(coverings.cover_mouth, seed)[MOUTH].mean() for seed in range(120)]
    assert np.mean(hidden) > 0.8
    assert min(hidden) > 0.1


def test_things_elsewhere_leave_the_mouth_alone() -> None:
    areas = [changed(coverings.cover_elsewhere, seed) for seed in range(200)]
    assert max(area[MOUTH].mean() for area in areas) == 0
    assert np.mean([area.any() for area in areas]) > 0.9


@pytest.mark.parametrize(
    "cover", [coverings.draw_any_mask, coverings.cover_mouth, coverings.cover_elsewhere]
)
def test_a_face_at_the_edge_or_outside_is_no_fault(cover: Cover) -> None:
    for face in (
        Box(0, 0, 180, 160),
        Box(120, 110, 100, 100),
        Box(-50, -60, 90, 90),
        Box(0, 0, 1, 1),
    ):
        for seed in range(20):
            assert cover(GREY, face, DONOR, np.random.default_rng(seed)).shape == GREY.shape


@pytest.mark.parametrize("size", [(1, 1), (1, 90), (70, 3), (60, 80)])
def test_fabrics_of_every_kind_fill_any_rectangle(size: tuple[int, int]) -> None:
    fabrics = [draw_fabric(*size, DONOR, np.random.default_rng(seed)) for seed in range(40)]
    assert all(fabric.shape == (*size, 3) and fabric.dtype == np.uint8 for fabric in fabrics)
    assert len({fabric.tobytes() for fabric in fabrics}) > 20
