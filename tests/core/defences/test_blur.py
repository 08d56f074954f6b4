"""Blur is SciPy's Gaussian, and so is its gradient."""

from __future__ import annotations

import numpy as np
import pytest
from defended_pixels import (
    applied,
    eight_bit,
    seeds,
    slope,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter1d

from facemask_core.defences import blur


@pytest.mark.parametrize("sigma", [0.4, 1.0, 2.5])
@pytest.mark.backend
def test_blur_is_scipys_gaussian(sigma: float) -> None:
    pixels = eight_bit(6, 2, 24, 40)
    radius = int(np.ceil(3 * sigma))
    expected = pixels.astype(np.float64)
    for axis in (1, 2):
        expected = gaussian_filter1d(expected, sigma, axis=axis, radius=radius, mode="mirror")
    np.testing.assert_allclose(applied(blur.Blur(sigma=sigma), pixels), expected, atol=1e-5)


@settings(max_examples=25)
@given(seed=seeds, sigma=st.floats(0.05, blur.MAX_SIGMA))
def test_blur_stays_between_the_darkest_and_the_brightest(seed: int, sigma: float) -> None:
    pixels = eight_bit(seed, 1, 12, 20)
    result = applied(blur.Blur(sigma=sigma), pixels)
    lowest, highest = pixels.min(axis=(1, 2)), pixels.max(axis=(1, 2))
    assert (result >= lowest[:, None, None] - 1e-5).all()
    assert (result <= highest[:, None, None] + 1e-5).all()


@pytest.mark.backend(quick=True)
def test_the_gradient_of_blur_is_the_slope_of_blur() -> None:
    """It is linear, so a finite difference is exact however long the step."""
    soft = blur.Blur(sigma=1.5)
    pixels, step = 0.5 * eight_bit(7, 1, 16, 16), 0.5 * eight_bit(8, 1, 16, 16)
    kernel = np.random.default_rng(3).normal(size=(pixels.size, 2))
    towards = kernel[:, 1] - kernel[:, 0]
    change = (applied(soft, pixels + step) - applied(soft, pixels)).ravel() @ towards
    assert (slope(soft, pixels) * step).sum() == pytest.approx(change, rel=1e-3, abs=1e-3)
