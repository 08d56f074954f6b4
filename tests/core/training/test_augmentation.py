"""Training views stay pictures of their class: what covers a face is known, the input unchanged."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from facemask_core.labels import WITH_MASK, WITHOUT_MASK
from facemask_core.pictures.faces import Box
from facemask_core.training.augmentation import _CHANGES, Photograph, _reframe, augment

Image = NDArray[np.uint8]


def noise(height: int = 96, width: int = 96) -> Image:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def view_of(image: Image, size: int, seed: int, label: int = WITHOUT_MASK) -> tuple[Image, int]:
    face = Box(0, 0, image.shape[1], image.shape[0])
    photograph = Photograph(image, label, face)
    return augment(photograph, noise(40, 50), size, np.random.default_rng(seed))


def views(image: Image, size: int, count: int = 40) -> list[Image]:
    return [view_of(image, size, seed)[0] for seed in range(count)]


def frame(image: Image, seed: int) -> Image:
    return _reframe(image, noise(), 64, np.random.default_rng(seed), is_mild=True)


@pytest.mark.parametrize("size", [32, 96])
@pytest.mark.parametrize(
    ("height", "width"), [(96, 96), (64, 200), (200, 64), (32, 32), (8, 8), (1, 1), (700, 500)]
)
def test_every_view_is_a_square_rgb_picture(height: int, width: int, size: int) -> None:
    for view in views(noise(height, width), size):
        assert view.shape == (size, size, 3)
        assert view.dtype == np.uint8


@given(st.integers(1, 150), st.integers(1, 150), st.integers(16, 80), st.integers(0, 2**32 - 1))
@settings(max_examples=60)
def test_any_size_can_be_augmented(height: int, width: int, size: int, seed: int) -> None:
    view, label = view_of(noise(height, width), size, seed)
    assert view.shape == (size, size, 3)
    assert view.dtype == np.uint8
    assert label in {WITHOUT_MASK, WITH_MASK}


def test_the_input_is_neither_changed_nor_shared() -> None:
    image = noise()
    image.setflags(write=False)  # writing to it would raise
    for view in views(image, 96):
        assert not np.shares_memory(view, image)
    np.testing.assert_array_equal(image, noise())


def test_a_view_follows_from_its_seed() -> None:
    for first, second in zip(views(noise(), 64), views(noise(), 64), strict=True):
        np.testing.assert_array_equal(first, second)
    assert len({view.tobytes() for view in views(noise(), 64)}) == 40


def test_some_bare_faces_get_a_mask_and_no_masked_face_loses_it() -> None:
    masked = sum(view_of(noise(), 32, seed)[1] for seed in range(200))
    assert 15 < masked < 65
    assert all(view_of(noise(), 32, seed, WITH_MASK)[1] == WITH_MASK for seed in range(200))


def test_pictures_are_mirrored_about_half_of_the_time() -> None:
    """The brighter half of a picture that is dark on one side changes sides."""
    image = np.zeros((64, 64, 3), np.uint8)
    image[:, 32:] = 255
    mirrored = 0
    for seed in range(200):
        view = frame(image, seed).astype(int)
        mirrored += view[:, :32].sum() > view[:, 32:].sum()
    assert 60 < mirrored < 140


def test_no_view_is_upside_down() -> None:
    image = np.zeros((64, 64, 3), np.uint8)
    image[32:] = 255
    for seed in range(200):
        view = frame(image, seed).astype(int)
        assert view[32:].sum() > view[:32].sum()


@pytest.mark.parametrize("share", [0.3, 1.0])
def test_a_face_stays_in_the_frame(share: float) -> None:
    """Also where it is made as small as a third, and moved about."""
    image = np.zeros((96, 96, 3), np.uint8)
    image[40:56, 40:56] = 255
    sizes = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        view = _reframe(image, np.zeros_like(image), 96, rng, is_mild=share == 1.0)
        sizes.append(float((view[..., 0] > 127).mean()))
    assert min(sizes) > 0
    assert (min(sizes) < 0.3**2 * (1 / 6) ** 2 * 2) is (share < 1)


@pytest.mark.parametrize("change", [change for _, change in _CHANGES], ids=lambda f: f.__name__)
def test_every_change_changes_some_views(change: object) -> None:
    assert callable(change)
    image = noise(48, 48)
    results = [change(image, np.random.default_rng(seed)) for seed in range(20)]
    assert all(view.shape == image.shape and view.dtype == np.uint8 for view in results)
    assert sum(bool((view != image).any()) for view in results) > 15
    np.testing.assert_array_equal(image, noise(48, 48))
