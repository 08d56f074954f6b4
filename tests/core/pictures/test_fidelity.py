"""Numbers beside the noise, against what can be worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage.metrics import structural_similarity

from facemask_core.data import samples
from facemask_core.pictures import fidelity, images

SHAPE = (16, 16, 3)


def _pictures(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(40, 200, SHAPE).astype(np.uint8)


def test_equal_pictures_are_as_near_as_can_be() -> None:
    picture = _pictures(0)
    found = fidelity.measure(picture, picture)
    assert (found.linf, found.l2, found.changed, found.pixels) == (0, 0.0, 0.0, 0.0)
    assert found.ssim == pytest.approx(1.0)
    assert math.isinf(found.psnr)
    assert found.as_dict()["psnr"] is None


def test_one_value_changed() -> None:
    picture = _pictures(1)
    changed = picture.copy()
    changed[3, 4, 1] += 51
    found = fidelity.measure(picture, changed)
    assert found.linf == 51
    assert found.l2 == pytest.approx(0.2)  # 51 is a fifth of 255
    assert found.changed == pytest.approx(1 / picture.size)
    assert found.pixels == pytest.approx(3 / picture.size)
    assert found.psnr == pytest.approx(20 * math.log10(255 / 51) + 10 * math.log10(picture.size))
    assert found.ssim < 1.0


@given(level=st.integers(1, 40), seed=st.integers(0, 5))
def test_a_constant_shift(level: int, seed: int) -> None:
    picture = _pictures(seed)
    found = fidelity.measure(picture, (picture + level).astype(np.uint8))
    assert found.linf == level
    assert found.l2 == pytest.approx(level / 255 * math.sqrt(picture.size))
    assert found.changed == 1.0
    assert found.psnr == pytest.approx(20 * math.log10(255 / level))


def test_subtraction_does_not_wrap_around() -> None:
    dark, bright = np.zeros(SHAPE, np.uint8), np.full(SHAPE, 255, np.uint8)
    assert fidelity.measure(dark, bright).linf == fidelity.measure(bright, dark).linf == 255


def test_structural_similarity_in_float32_is_that_of_the_bytes() -> None:
    face = images.resize(images.decode(samples.gallery()[0].path.read_bytes()))
    signs = np.random.default_rng(2).choice([-1, 0, 1], face.shape)
    attacked = [np.clip(face + k * signs, 0, 255).astype(np.uint8) for k in (0, 1, 8, 200)]
    for picture, found in zip(attacked, fidelity.measure_all(face, attacked), strict=True):
        assert found == fidelity.measure(face, picture)
        expected = structural_similarity(face, picture, channel_axis=2)
        assert found.ssim == pytest.approx(expected, abs=1e-5)
