"""FAB steps exactly to the boundary within the box, and comes back nearer from beyond it."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from small_models import SHAPE

from facemask_core import Classifier, attacks
from facemask_core.attacks import norms
from facemask_core.attacks.fab import step_to_boundary
from facemask_core.backend import keras

Linear = tuple[Classifier, NDArray[np.float32], NDArray[np.float32]]


def bisect_step(
    norm: str, point: NDArray[np.float64], weights: NDArray[np.float64], lead: float
) -> float:
    """The length of the shortest step that takes a lead to 0 within [0, 1], by slow bisection."""
    towards = -np.sign(lead) * weights
    room = np.where(towards > 0, 1 - point, point)
    pace = np.sign(np.abs(weights)) if norm == "linf" else np.abs(weights) / np.linalg.norm(weights)
    low, high = 0.0, 1e6
    for _ in range(200):
        middle = (low + high) / 2
        gained = np.sum(np.abs(weights) * np.minimum(middle * pace, room))
        low, high = (middle, high) if gained < abs(lead) else (low, middle)
    return float(np.linalg.norm(np.minimum(high * pace, room), np.inf if norm == "linf" else 2))


@pytest.mark.parametrize("norm", ["linf", "l2"])
@pytest.mark.parametrize("share", [0.1, 0.9, -0.9])
@pytest.mark.backend(quick=True)
def test_the_step_is_the_shortest_to_the_boundary_within_the_box(norm: str, share: float) -> None:
    """Half of the pixels are at an end of their range, and most of the room is needed."""
    rng = np.random.default_rng(4)
    points = rng.random((5, *SHAPE))
    points = np.where(rng.random(points.shape) < 0.5, np.round(points), points)
    weights = rng.normal(size=points.shape)
    uphill = np.maximum(weights, 0) * (1 - points) + np.maximum(-weights, 0) * points
    downhill = np.maximum(weights, 0) * points + np.maximum(-weights, 0) * (1 - points)
    most = uphill if share > 0 else downhill
    leads = -share * most.sum(axis=(1, 2, 3))
    tensors = [np.asarray(each, np.float32) for each in (points, weights, leads)]
    step = keras.ops.convert_to_numpy(step_to_boundary(norms.ball(norm), *tensors))
    assert ((points + step >= -1e-6) & (points + step <= 1 + 1e-6)).all()
    reached = leads + (weights * step).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(reached, 0, atol=1e-3)
    for row in range(len(points)):
        expected = bisect_step(norm, points[row].ravel(), weights[row].ravel(), leads[row])
        length = np.linalg.norm(step[row].ravel(), np.inf if norm == "linf" else 2)
        assert length == pytest.approx(expected, rel=1e-4)


@pytest.mark.backend
def test_where_the_box_does_not_reach_the_boundary_every_pixel_goes_to_its_end() -> None:
    point, weights = np.full((1, *SHAPE), 0.25, np.float32), np.ones((1, *SHAPE), np.float32)
    for norm in norms.names():
        step = step_to_boundary(norms.ball(norm), point, weights, np.array([-1e4], np.float32))
        np.testing.assert_allclose(keras.ops.convert_to_numpy(step), 0.75, atol=1e-6)
        nothing = step_to_boundary(norms.ball(norm), point, 0 * weights, np.ones(1, np.float32))
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(nothing), 0)


@pytest.mark.parametrize("norm", ["linf", "l2"])
@pytest.mark.backend
def test_it_is_no_further_than_deepfool_in_as_many_steps(
    curved: Classifier, faces: NDArray[np.float32], norm: str
) -> None:
    right = curved.predict(faces).argmax(axis=1)
    lengths = []
    for name in ("fab", "deepfool"):
        attack = attacks.make(name, norm=norm, steps=30)
        batch = attack(curved, faces, right, epsilon=attack.largest_epsilon(SHAPE))
        assert batch.success.all()
        lengths.append(batch.l2 if norm == "l2" else batch.linf)
    # Both step a hair over the boundary, so where both find the nearest point either may be ahead.
    assert np.median(lengths[0] / lengths[1]) <= 1.001
    assert (lengths[0] <= 1.05 * lengths[1]).all()
