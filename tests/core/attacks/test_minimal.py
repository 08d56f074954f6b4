"""DeepFool, FAB, Carlini-Wagner and L-BFGS find the nearest fooling image where it is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from small_models import SHAPE, linear_model, wrapped

from facemask_core import Classifier, attacks
from facemask_core.attacks.base import leads
from facemask_core.attacks.minimal import project_to_ball
from facemask_core.attacks.weighing import Weights

Linear = tuple[Classifier, NDArray[np.float32], NDArray[np.float32]]

NEAREST: list[tuple[str, dict[str, Any], float]] = [
    ("deepfool", {}, 1.001),
    ("deepfool", {"norm": "linf"}, 1.001),
    ("fab", {"steps": 5}, 1.001),
    ("fab", {"steps": 5, "norm": "linf"}, 1.001),
    ("cw", {"steps": 300, "searches": 9}, 1.03),
    ("lbfgs", {"steps": 40, "searches": 12}, 1.03),
]


def _known(
    linear: Linear, faces: NDArray[np.float32], norm: str
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The linear model's own answers, and |margin| / dual norm of the weights."""
    _, weights, bias = linear
    difference = (weights[:, 1] - weights[:, 0]).astype(np.float64)
    margin = faces.reshape(len(faces), -1) @ difference + float(bias[1] - bias[0])
    dual = np.linalg.norm(difference, ord={"linf": 1, "l2": 2}[norm])
    return (margin > 0).astype(np.int64), np.abs(margin) / dual


@pytest.mark.parametrize(("name", "settings", "factor"), NEAREST)
@pytest.mark.backend(quick=True)
def test_the_nearest_fooling_image_of_a_linear_model(
    linear: Linear, faces: NDArray[np.float32], name: str, settings: dict, factor: float
) -> None:
    attack = attacks.make(name, **settings)
    right, nearest = _known(linear, faces, attack.norm)
    batch = attack(linear[0], faces, right, epsilon=attack.largest_epsilon(SHAPE))
    assert batch.success.all()
    distance = batch.l2 if attack.norm == "l2" else batch.linf
    assert (distance >= nearest * (1 - 1e-4)).all(), "nothing nearer can fool"
    assert (distance <= nearest * factor + 1e-5).all()


@pytest.mark.backend(quick=True)
def test_deepfool_needs_one_step_where_the_model_is_linear(
    linear: Linear, faces: NDArray[np.float32]
) -> None:
    right, nearest = _known(linear, faces, "l2")
    attack = attacks.make("deepfool", bisections=0, overshoot=0.02)
    batch = attack(linear[0], faces, right, epsilon=attack.largest_epsilon(SHAPE))
    assert (batch.iterations == 1).all()
    assert (batch.gradient_calls == 2).all()
    np.testing.assert_allclose(batch.l2, 1.02 * nearest, rtol=1e-4)


@pytest.mark.parametrize(("norm", "dual"), [("l2", 2), ("linf", 1)])
@pytest.mark.backend
def test_deepfool_goes_round_pixels_at_the_end_of_their_range(
    linear: Linear, norm: str, dual: int
) -> None:
    """Where half of the pixels are as far uphill as they can be, the others take the whole way."""
    _, weights, _ = linear
    difference = (weights[:, 1] - weights[:, 0]).reshape(SHAPE).astype(np.float64)
    at_the_end = np.broadcast_to(np.arange(SHAPE[0])[:, None, None] < 4, SHAPE)
    image = np.where(at_the_end, difference > 0, 0.5)[None].astype(np.float32)
    missing = 2.0
    offset = float(image[0].ravel() @ difference.ravel()) + missing
    classifier = wrapped(linear_model(weights, np.array([offset, 0.0], np.float32)))
    attack = attacks.make("deepfool", norm=norm, bisections=0, overshoot=0.02)
    batch = attack(classifier, image, np.array([0]), epsilon=attack.largest_epsilon(SHAPE))
    assert batch.success.all()
    np.testing.assert_array_equal(batch.images[0][at_the_end], image[0][at_the_end])
    nearest = missing / np.linalg.norm(difference[~at_the_end], ord=dual)
    distance = batch.l2 if norm == "l2" else batch.linf
    assert distance[0] == pytest.approx(1.02 * nearest, rel=1e-3)
    # Whoever counts on the pixels that cannot move falls short, and needs further steps.
    assert batch.iterations[0] == 1


@pytest.mark.parametrize(("name", "settings", "factor"), NEAREST)
@pytest.mark.backend
@pytest.mark.slow
def test_what_lies_beyond_the_budget_counts_as_standing(
    linear: Linear, faces: NDArray[np.float32], name: str, settings: dict, factor: float
) -> None:
    attack = attacks.make(name, **settings)
    right, nearest = _known(linear, faces, attack.norm)
    budget = float(np.median(nearest))
    batch = attack(linear[0], faces, right, epsilon=budget)
    assert not batch.success[nearest > budget].any()
    assert batch.success[nearest * factor + 1e-4 < budget].all()
    distance = batch.l2 if attack.norm == "l2" else batch.linf
    assert (distance <= budget + 1e-6).all()


@pytest.mark.backend
def test_what_fools_as_it_is_is_left_alone(curved: Classifier, faces: NDArray[np.float32]) -> None:
    wrong = 1 - curved.predict(faces).argmax(axis=1)
    for name in ("deepfool", "fab", "cw", "lbfgs"):
        batch = attacks.make(name)(curved, faces, wrong, epsilon=1.0)
        assert batch.success.all()
        assert (batch.gradient_calls == 0).all()
        np.testing.assert_array_equal(batch.images, faces)


@pytest.mark.parametrize("name", ["deepfool", "fab", "cw", "lbfgs"])
@pytest.mark.backend
def test_where_everything_fools_as_it_is_nothing_is_searched(
    curved: Classifier, faces: NDArray[np.float32], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    attack = attacks.make(name)
    monkeypatch.setattr(type(attack), "_search", lambda *_: pytest.fail("it searches"))
    wrong = 1 - curved.predict(faces).argmax(axis=1)
    assert attack(curved, faces, wrong, epsilon=1.0).success.all()


@pytest.mark.backend
@pytest.mark.slow
def test_the_way_back_never_makes_it_longer(curved: Classifier, faces: NDArray[np.float32]) -> None:
    right = curved.predict(faces).argmax(axis=1)
    free = attacks.make("deepfool").largest_epsilon(SHAPE)
    few = {"steps": 50, "searches": 4}
    for name, settings in (("deepfool", {}), ("cw", few), ("lbfgs", few | {"steps": 9})):
        before = attacks.make(name, bisections=0, **settings)(curved, faces, right, epsilon=free)
        after = attacks.make(name, bisections=12, **settings)(curved, faces, right, epsilon=free)
        np.testing.assert_array_equal(before.success, after.success)
        assert before.success.all()
        assert (after.l2 <= before.l2 + 1e-7).all()
        assert (after.l2 < before.l2 - 1e-6).any()


def test_a_confident_adversarial_example_leads_by_as_much_as_it_was_asked(
    curved: Classifier, faces: NDArray[np.float32]
) -> None:
    right = curved.predict(faces).argmax(axis=1)
    for bisections in (0, 10):
        attack = attacks.make("cw", confidence=0.5, bisections=bisections, steps=200)
        batch = attack(curved, faces, right, epsilon=attack.largest_epsilon(SHAPE))
        assert (leads(batch.logits, right, None) >= 0.5 - 1e-3).all()


@pytest.mark.backend
def test_the_way_back_of_a_confident_attack_ends_where_the_lead_would(
    linear: Linear, faces: NDArray[np.float32]
) -> None:
    """At (|margin| + confidence) / ||w|| on a linear model, not at the bare boundary."""
    confidence = 5.0
    right, nearest = _known(linear, faces, "l2")
    length = float(np.linalg.norm(linear[1][:, 1] - linear[1][:, 0]))
    attack = attacks.make("cw", confidence=confidence, steps=300, searches=9)
    batch = attack(linear[0], faces, right, epsilon=attack.largest_epsilon(SHAPE))
    assert (leads(batch.logits, right, None) >= confidence - 1e-3).all()
    expected = nearest + confidence / length
    assert (batch.l2 >= expected * (1 - 1e-4)).all()
    assert (batch.l2 <= expected * 1.03 + 1e-5).all()


@pytest.mark.backend
def test_what_fools_by_too_little_is_attacked_on(
    linear: Linear, faces: NDArray[np.float32]
) -> None:
    right, _ = _known(linear, faces, "l2")
    before = leads(linear[0].predict(faces), 1 - right, None)
    confidence = float(np.median(before))
    attack = attacks.make("cw", confidence=confidence, steps=200)
    batch = attack(linear[0], faces, 1 - right, epsilon=attack.largest_epsilon(SHAPE))
    assert (leads(batch.logits, 1 - right, None) >= confidence - 1e-3).all()
    np.testing.assert_array_equal(batch.l2 == 0, before >= confidence)


@pytest.mark.backend
def test_where_adams_last_step_leads_is_looked_at(
    linear: Linear, faces: NDArray[np.float32]
) -> None:
    """A single long step crosses the boundary, and nothing comes after it."""
    right, _ = _known(linear, faces, "l2")
    attack = attacks.make("cw", steps=1, searches=1, learning_rate=1.0, first_weight=100.0)
    batch = attack(linear[0], faces, right, epsilon=attack.largest_epsilon(SHAPE))
    assert batch.success.all()
    assert (batch.iterations == 1).all()


@pytest.mark.backend
def test_weights_close_in_on_the_smallest_that_fools() -> None:
    enough = np.array([0.003, 0.7, 40.0, 1e30])
    weights = Weights(4, first=1.0)
    tried = []
    for _ in range(40):
        tried.append(weights.current)
        weights.learn(weights.current >= enough)
    assert np.isfinite(np.array(tried)).all()
    np.testing.assert_allclose(weights.current[:3], enough[:3], rtol=1e-3)
    assert weights.current[3] == pytest.approx(1e10)


@pytest.mark.backend
def test_an_image_inside_the_ball_stays_to_the_bit() -> None:
    rng = np.random.default_rng(0)
    originals = rng.random((4, *SHAPE), dtype=np.float32)
    images = np.clip(originals + rng.normal(0, 0.01, originals.shape), 0, 1).astype(np.float32)
    length = np.linalg.norm((images - originals).reshape(4, -1), axis=1)
    kept = project_to_ball(images, originals, "l2", float(np.sort(length)[2]) + 1e-6)
    inside = length <= np.sort(length)[2]
    np.testing.assert_array_equal(kept[inside], images[inside])
    assert not np.array_equal(kept[~inside], images[~inside])
