"""HopSkipJump and the boundary attack: near by answers alone, and by no more than they may ask."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from small_models import SHAPE, judging

from facemask_core import Classifier, attacks
from facemask_core.attacks.decision import (
    Oracle,
    draw_directions,
    draw_to_boundary,
    find_start,
)

Linear = tuple[Classifier, NDArray[np.float32], NDArray[np.float32]]


@pytest.mark.parametrize(
    ("name", "settings", "factor"),
    [
        ("hopskipjump", {"queries": 3000}, 1.15),
        pytest.param(
            "hopskipjump", {"queries": 3000, "norm": "linf"}, 1.35, marks=pytest.mark.slow
        ),
        pytest.param("boundary", {"queries": 3000}, 1.35, marks=pytest.mark.slow),
    ],
)
def test_many_answers_lead_near_the_nearest_fooling_image_of_a_linear_model(
    linear: Linear, faces: NDArray[np.float32], name: str, settings: dict[str, Any], factor: float
) -> None:
    """At |margin| / dual norm of the weights, as far as pixel values allow."""
    classifier, weights, bias = linear
    difference = (weights[:, 1] - weights[:, 0]).astype(np.float64)
    attack = attacks.make(name, **settings)
    images = faces[:2]
    margin = images.reshape(len(images), -1) @ difference + float(bias[1] - bias[0])
    nearest = np.abs(margin) / np.linalg.norm(difference, ord={"linf": 1, "l2": 2}[attack.norm])
    labels = (margin > 0).astype(np.int64)
    batch = attack(classifier, images, labels, epsilon=attack.largest_epsilon(SHAPE))
    assert batch.success.all()
    distance = batch.l2 if attack.norm == "l2" else batch.linf
    assert (distance >= nearest * (1 - 1e-4)).all(), "nothing nearer can fool"
    assert (distance <= nearest * factor).all()


@pytest.mark.parametrize("name", ["hopskipjump", "boundary"])
@pytest.mark.parametrize("queries", [1, 30, 200])
def test_no_question_more_is_asked_than_allowed_and_no_score_is_read(
    curved: Classifier,
    faces: NDArray[np.float32],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    queries: int,
) -> None:
    asked, predict = [0], Classifier.predict

    def answer_by_class(classifier: Classifier, images: NDArray[np.float32]) -> NDArray[np.float32]:
        asked[0] += len(images)
        return np.eye(2, dtype=np.float32)[predict(classifier, images).argmax(axis=1)]

    attack = attacks.make(name, queries=queries)
    right = curved.predict(faces).argmax(axis=1)[:1]
    free = attack.largest_epsilon(SHAPE)
    scores = attack(curved, faces[:1], right, epsilon=free)
    monkeypatch.setattr(Classifier, "predict", answer_by_class)
    classes = attack(curved, faces[:1], right, epsilon=free)
    assert asked[0] == classes.iterations[0] + 2 <= queries + 2
    np.testing.assert_array_equal(scores.images, classes.images)


@pytest.mark.parametrize("norm", ["linf", "l2"])
def test_random_directions_have_length_1_and_no_more_freedom_than_the_grid(norm: str) -> None:
    rng = np.random.default_rng(0)
    drawn = draw_directions(60, (32, 24, 3), 4, norm, rng).reshape(60, -1)
    np.testing.assert_allclose(np.linalg.norm(drawn, axis=1), 1, atol=1e-5)
    assert np.linalg.matrix_rank(drawn, tol=1e-3) == 4 * 4 * 3
    fine = draw_directions(60, (8, 8, 3), 28, norm, rng).reshape(60, -1)
    assert np.linalg.matrix_rank(fine, tol=1e-3) == 60


@pytest.mark.slow
def test_more_answers_lead_nearer(curved: Classifier, faces: NDArray[np.float32]) -> None:
    right = curved.predict(faces).argmax(axis=1)[:2]
    for name in ("hopskipjump", "boundary"):
        free = attacks.make(name).largest_epsilon(SHAPE)
        few, many = (
            attacks.make(name, queries=queries)(curved, faces[:2], right, epsilon=free).l2
            for queries in (60, 400)
        )
        assert np.median(many) < np.median(few)


def test_a_start_is_found_for_either_class_and_none_where_nothing_fools() -> None:
    """Bright pictures count as masked: noise is never bright, a square of one colour may be."""
    bright = judging(np.ones(SHAPE), 0.6 * float(np.prod(SHAPE)))
    image, rng = np.full(SHAPE, 0.5, np.float32), np.random.default_rng(0)
    start = find_start(Oracle(bright, 0, None, 500), image, rng)
    assert start is not None
    assert start.mean() > 0.6
    never = judging(np.ones(SHAPE), 2.0 * float(np.prod(SHAPE)))
    oracle = Oracle(never, 0, None, 1000)
    assert find_start(oracle, image, rng) is None
    assert oracle.left > 0


@pytest.mark.parametrize("norm", ["linf", "l2"])
def test_bisection_ends_at_the_boundary(norm: str) -> None:
    """Of a picture whose mean must exceed 0.6, from one of 0.9 and an original of 0.5."""
    bright = judging(np.ones(SHAPE), 0.6 * float(np.prod(SHAPE)))
    image, far = np.full(SHAPE, 0.5, np.float32), np.full(SHAPE, 0.9, np.float32)
    oracle = Oracle(bright, 0, None, 100)
    near = draw_to_boundary(oracle, image, far, norm, 12)
    assert oracle.left == 88
    np.testing.assert_allclose(near, 0.6, atol=0.4 / 2**12 + 1e-5)
    assert oracle.fools_one(near)
