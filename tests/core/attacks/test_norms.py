"""The balls: steepest directions and projections."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_models import SHAPE

from facemask_core.attacks import norms
from facemask_core.backend import keras


@pytest.mark.parametrize("norm", norms.names())
@given(scale=st.floats(1e-30, 1e30), seed=st.integers(0, 1000))
@settings(max_examples=40)
@pytest.mark.backend
def test_the_steepest_direction_is_optimal_and_of_unit_norm(
    norm: str, scale: float, seed: int
) -> None:
    """The inner product with the gradient reaches the dual norm, also for tiny gradients."""
    gradient = np.random.default_rng(seed).normal(size=(1, *SHAPE)) * scale
    gradient = gradient.astype(np.float32)
    direction = keras.ops.convert_to_numpy(norms.ball(norm).steepest(gradient)).astype(np.float64)
    assert norms.distances(direction, np.zeros_like(direction), norm)[0] == pytest.approx(1, 1e-4)
    dual = np.linalg.norm(gradient.astype(np.float64).ravel(), ord={"linf": 1, "l2": 2}[norm])
    assert np.vdot(direction, gradient.astype(np.float64)) == pytest.approx(dual, 1e-4)


@pytest.mark.parametrize("norm", norms.names())
@given(scale=st.floats(0.0, 10.0), seed=st.integers(0, 1000))
@settings(max_examples=40)
@pytest.mark.backend
def test_projection_moves_only_what_is_outside(norm: str, scale: float, seed: int) -> None:
    delta = np.random.default_rng(seed).normal(size=(1, *SHAPE)).astype(np.float32)
    delta *= np.float32(scale)
    ball = norms.ball(norm)
    projected = keras.ops.convert_to_numpy(ball.project(delta, np.float32(1.0)))
    zero = np.zeros_like(delta)
    if norms.distances(delta, zero, norm)[0] <= 1.0:
        np.testing.assert_allclose(projected, delta, atol=1e-30)  # denormals may become zero
    else:
        assert norms.distances(projected, zero, norm)[0] == pytest.approx(1.0, abs=1e-5)


def test_random_points_fill_the_l2_ball_evenly() -> None:
    rng = np.random.default_rng(0)
    points = np.stack([norms.ball("l2").sample(rng, (2, 1, 2)) for _ in range(2000)])
    # Of an even spread, the share of points within a radius is the share of the volume.
    shares = np.sort(np.linalg.norm(points.reshape(2000, 4), axis=1) ** 4)
    np.testing.assert_allclose(shares, np.linspace(0, 1, 2000), atol=0.04)
