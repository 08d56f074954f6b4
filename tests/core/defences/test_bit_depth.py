"""Fewer bits leave as many levels as they can name, and let gradients pass."""

from __future__ import annotations

import numpy as np
import pytest
from defended_pixels import (
    applied,
    assert_same_levels,
    eight_bit,
    seeds,
    slope,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from small_models import SHAPE

from facemask_core import defences


@pytest.mark.parametrize("bits", range(1, 9))
def test_as_many_levels_are_left_as_the_bits_can_name(bits: int) -> None:
    ramp = np.linspace(0, 1, 3 * 1024, dtype=np.float32).reshape(1, 32, 32, 3)
    result = applied(defences.make("bit_depth", bits=bits), ramp)
    assert len(np.unique(result)) == 2**bits
    assert np.abs(result - ramp).max() <= 0.5 / (2**bits - 1) + 1e-6
    assert (np.diff(result.ravel()) >= 0).all()


@settings(max_examples=25)
@given(seed=seeds)
def test_eight_bits_leave_an_8_bit_image_as_it_is(seed: int) -> None:
    pixels = eight_bit(seed, 1, 16, 16)
    assert_same_levels(applied(defences.make("bit_depth", bits=8), pixels), pixels)


@settings(max_examples=25)
@given(seed=seeds, bits=st.integers(1, 8))
@pytest.mark.backend
def test_squeezing_twice_is_squeezing_once(seed: int, bits: int) -> None:
    squeeze = defences.make("bit_depth", bits=bits)
    once = applied(squeeze, eight_bit(seed, 1, 8, 8))
    np.testing.assert_allclose(applied(squeeze, once), once, atol=1e-6)


@pytest.mark.backend
def test_the_gradient_of_bit_depth_is_that_of_nothing() -> None:
    pixels = eight_bit(5, 1, *SHAPE[:2])
    through = slope(defences.make("bit_depth", bits=1), pixels)
    kernel = np.random.default_rng(3).normal(size=(pixels.size, 2))
    expected = (kernel[:, 1] - kernel[:, 0]).reshape(pixels.shape)
    np.testing.assert_allclose(through, expected, atol=1e-5)
