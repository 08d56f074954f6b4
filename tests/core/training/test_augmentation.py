"""Training views stay pictures of their class: the mouth is never hidden, the input unchanged."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from facemask_core.training.augmentation import MOUTH, _erase, _reframe, _relight, augment

SEEDS = 300


def noise(height: int = 96, width: int = 96) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def views(image: NDArray[np.uint8], size: int, count: int = 40) -> list[NDArray[np.uint8]]:
    return [augment(image, size, np.random.default_rng(seed)) for seed in range(count)]


@pytest.mark.parametrize(
    ("height", "width"), [(96, 96), (64, 200), (200, 64), (32, 32), (8, 8), (1, 1), (700, 500)]
)
@pytest.mark.parametrize("size", [32, 96])
def test_every_view_is_a_square_rgb_picture(height: int, width: int, size: int) -> None:
    for view in views(noise(height, width), size):
        assert view.shape == (size, size, 3)
        assert view.dtype == np.uint8


@given(st.integers(1, 150), st.integers(1, 150), st.integers(16, 80), st.integers(0, 2**32 - 1))
@settings(max_examples=60)
def test_any_size_can_be_augmented(height: int, width: int, size: int, seed: int) -> None:
    view = augment(noise(height, width), size, np.random.default_rng(seed))
    assert view.shape == (size, size, 3)
    assert view.dtype == np.uint8


def test_the_input_is_never_changed() -> None:
    image = noise()
    image.setflags(write=False)  # writing to it would raise
    views(image, 96)
    np.testing.assert_array_equal(image, noise())


def test_the_view_does_not_share_memory_with_the_input() -> None:
    image = noise()
    for view in views(image, 96):
        assert not np.shares_memory(view, image)


def test_the_same_seed_gives_the_same_view() -> None:
    for first, second in zip(views(noise(), 64), views(noise(), 64), strict=True):
        np.testing.assert_array_equal(first, second)


def test_different_seeds_give_different_views() -> None:
    assert len({view.tobytes() for view in views(noise(), 64)}) == 40


def test_pictures_are_mirrored_about_half_of_the_time() -> None:
    """The brighter half of a picture that is dark on one side changes sides."""
    image = np.zeros((64, 64, 3), np.uint8)
    image[:, 32:] = 255
    mirrored = 0
    for seed in range(200):
        view = _reframe(image, 64, np.random.default_rng(seed)).astype(int)
        mirrored += view[:, :32].sum() > view[:, 32:].sum()
    assert 60 < mirrored < 140


def test_no_view_is_upside_down() -> None:
    image = np.zeros((64, 64, 3), np.uint8)
    image[32:] = 255
    for seed in range(200):
        view = _reframe(image, 64, np.random.default_rng(seed)).astype(int)
        assert view[32:].sum() > view[:32].sum()


@pytest.mark.parametrize(("height", "width"), [(64, 64), (64, 128), (128, 64), (640, 320)])
def test_the_middle_stays_near_the_middle(height: int, width: int) -> None:
    """Also where a large picture is shrunk before it is turned."""
    image = np.zeros((height, width, 3), np.uint8)
    top, left = height * 3 // 8, width * 3 // 8
    image[top : height - top, left : width - left] = 255
    for seed in range(100):
        view = _reframe(image, 64, np.random.default_rng(seed))[:, :, 0].astype(float)
        rows, columns = np.indices(view.shape)
        centre = np.array([(rows * view).sum(), (columns * view).sum()]) / view.sum()
        assert np.abs(centre - 31.5).max() <= 0.08 * 64 + 1.5
        assert 0.25**2 * 0.5 < (view > 127).mean() < 0.25**2 * 2.5  # zoomed 0.8 to 1.35 times


def test_framing_alone_invents_no_colour() -> None:
    image = np.full((200, 100, 3), (10, 200, 90), np.uint8)
    for seed in range(50):
        view = _reframe(image, 64, np.random.default_rng(seed))
        assert (view == (10, 200, 90)).all()


def test_light_keeps_the_order_of_brightness() -> None:
    ramp = np.arange(256, dtype=np.uint8)[None, :, None].repeat(3, axis=2)
    for seed in range(100):
        lit = _relight(ramp, np.random.default_rng(seed)).astype(int)
        assert (np.diff(lit, axis=1) >= 0).all()
        assert lit.max() - lit.min() > 60, "the picture is gone"


def test_some_views_are_grey() -> None:
    grey = sum(
        bool((lit == lit[:, :, :1]).all())
        for lit in (_relight(noise(16, 16), np.random.default_rng(seed)) for seed in range(SEEDS))
    )
    assert 0.02 * SEEDS < grey < 0.2 * SEEDS


@pytest.mark.parametrize("size", [24, 64, 128, 160, 224])
def test_erasing_never_hides_the_mouth(size: int) -> None:
    left, top, right, bottom = (int(share * size) for share in MOUTH)
    image = np.full((size, size, 3), 77, np.uint8)
    erased = 0
    for seed in range(SEEDS):
        view = _erase(image, np.random.default_rng(seed))
        assert (view[top:bottom, left:right] == 77).all()
        erased += bool((view != 77).any())
    assert (image == 77).all()
    assert erased > SEEDS / 10, "nothing is ever erased"


def test_one_rectangle_of_one_colour_is_erased() -> None:
    image = np.full((96, 96, 3), 77, np.uint8)
    for seed in range(SEEDS):
        view = _erase(image, np.random.default_rng(seed))
        rows, columns = np.nonzero((view != 77).any(axis=2))
        if not len(rows):
            continue
        patch = view[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
        assert (patch == patch[0, 0]).all()
        assert patch.shape[0] <= 0.3 * 96
        assert patch.shape[1] <= 0.3 * 96
