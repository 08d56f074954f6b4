"""Every registered attack keeps the contract; FGSM and PGD match the closed forms."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from small_models import SHAPE, linear_model, wrapped

from facemask_core import Classifier, attacks
from facemask_core.attacks import norms
from facemask_core.attacks.gradient_ascent import random_starts
from facemask_core.backend import keras
from facemask_core.errors import AttackError

Linear = tuple[Classifier, NDArray[np.float32], NDArray[np.float32]]

SETTINGS: list[tuple[str, dict[str, Any], float]] = [
    ("fgsm", {}, 0.1),
    ("fgsm", {"norm": "l2"}, 0.5),
    ("fgsm", {"target": 1}, 0.1),
    ("pgd", {"steps": 5}, 0.1),
    ("pgd", {"steps": 5, "norm": "l2"}, 0.5),
    ("pgd", {"steps": 5, "restarts": 3}, 0.1),
    ("pgd", {"steps": 5, "target": 0}, 0.1),
    ("pgd", {"steps": 5, "random_start": False}, 0.1),
]
every_attack = pytest.mark.parametrize(
    ("name", "chosen", "epsilon"), SETTINGS, ids=[f"{name}-{kw}" for name, kw, _ in SETTINGS]
)


def test_every_registered_attack_is_under_test() -> None:
    assert {name for name, _, _ in SETTINGS} == set(attacks.names())


@pytest.mark.parametrize("name", attacks.names())
def test_the_registry_describes_its_attacks(name: str) -> None:
    attack = attacks.make(name)
    assert attack.name == name
    assert attack.title
    assert attacks.get(name).__doc__
    stated = attack.threat_model(8 / 255, seed=3)
    assert stated["attack"] == name
    assert stated["epsilon"] == 8 / 255
    assert stated["seed"] == 3
    assert {field.name for field in fields(attack)} <= stated.keys()
    with pytest.raises(FrozenInstanceError):
        attack.norm = "l2"  # type: ignore[attr-defined]


@every_attack
def test_stays_in_the_ball_and_the_box(
    curved: Classifier, labels: NDArray[np.int64], name: str, chosen: dict, epsilon: float
) -> None:
    images = np.random.default_rng(2).random((16, *SHAPE), dtype=np.float32)
    found = attacks.make(name, **chosen)(curved, images, labels, epsilon=epsilon)
    assert found.images.min() >= 0.0
    assert found.images.max() <= 1.0
    distance = found.l2 if chosen.get("norm") == "l2" else found.linf
    assert distance.max() <= epsilon + 1e-6
    assert distance.max() > 0.5 * epsilon


@every_attack
def test_the_batch_describes_its_own_images(
    curved: Classifier,
    faces: NDArray[np.float32],
    labels: NDArray[np.int64],
    name: str,
    chosen: dict,
    epsilon: float,
) -> None:
    found = attacks.make(name, **chosen)(curved, faces, labels, epsilon=epsilon)
    np.testing.assert_allclose(found.logits, curved.predict(found.images), atol=1e-5)
    delta = (found.images.astype(np.float64) - faces).reshape(16, -1)
    np.testing.assert_allclose(found.linf, np.abs(delta).max(axis=1), atol=1e-12)
    np.testing.assert_allclose(found.l2, np.sqrt((delta**2).sum(axis=1)), atol=1e-12)
    wanted = chosen.get("target")
    expected = found.predictions != labels if wanted is None else found.predictions == wanted
    np.testing.assert_array_equal(found.success, expected)
    assert (found.gradient_calls >= 1).all()
    assert found.dead_gradients == 0


@every_attack
def test_epsilon_zero_changes_nothing(
    curved: Classifier,
    faces: NDArray[np.float32],
    labels: NDArray[np.int64],
    name: str,
    chosen: dict,
    epsilon: float,
) -> None:
    del epsilon
    found = attacks.make(name, **chosen)(curved, faces, labels, epsilon=0.0)
    np.testing.assert_array_equal(found.images, faces)
    np.testing.assert_allclose(found.logits, curved.predict(faces), atol=1e-6)


@every_attack
def test_neither_input_nor_model_is_changed(
    curved: Classifier,
    faces: NDArray[np.float32],
    labels: NDArray[np.int64],
    name: str,
    chosen: dict,
    epsilon: float,
) -> None:
    before = [keras.ops.convert_to_numpy(item.value).copy() for item in curved.model.variables]
    images, classes = faces.copy(), labels.copy()
    attacks.make(name, **chosen)(curved, images, classes, epsilon=epsilon)
    np.testing.assert_array_equal(images, faces)
    np.testing.assert_array_equal(classes, labels)
    for old, item in zip(before, curved.model.variables, strict=True):
        np.testing.assert_array_equal(old, keras.ops.convert_to_numpy(item.value))


@every_attack
def test_an_image_fares_the_same_alone_and_in_company(
    curved: Classifier,
    faces: NDArray[np.float32],
    labels: NDArray[np.int64],
    name: str,
    chosen: dict,
    epsilon: float,
) -> None:
    attack = attacks.make(name, **chosen)
    together = attack(curved, faces, labels, epsilon=epsilon, seed=5)
    again = attack(curved, faces, labels, epsilon=epsilon, seed=5)
    np.testing.assert_array_equal(together.images, again.images)
    for row in (0, 7, 15):
        alone = attack(curved, faces[row : row + 1], labels[row : row + 1], epsilon=epsilon, seed=5)
        # Another batch size may round a vanishing gradient to the other sign, not more.
        same = np.isclose(alone.images[0], together.images[row], atol=1e-6).mean()
        assert same > 0.99
        assert alone.success[0] == together.success[row]


@every_attack
def test_an_empty_batch_gives_an_empty_answer(
    curved: Classifier, name: str, chosen: dict, epsilon: float
) -> None:
    empty = np.empty((0, *SHAPE), np.float32)
    found = attacks.make(name, **chosen)(curved, empty, np.empty(0, np.int64), epsilon=epsilon)
    assert found.images.shape == (0, *SHAPE)
    assert found.success.shape == (0,)


@every_attack
def test_a_dead_model_is_reported_not_hidden(
    faces: NDArray[np.float32],
    labels: NDArray[np.int64],
    name: str,
    chosen: dict,
    epsilon: float,
) -> None:
    size = int(np.prod(SHAPE))
    dead = wrapped(linear_model(np.zeros((size, 2), np.float32), np.zeros(2, np.float32)))
    found = attacks.make(name, **chosen)(dead, faces, labels, epsilon=epsilon)
    assert found.dead_gradients == 16
    assert np.isfinite(found.images).all()


@every_attack
@pytest.mark.parametrize(
    "spoil",
    [
        lambda images, labels: (images + 0.9, labels),
        lambda images, labels: (np.where(images > 0.5, np.nan, images), labels),
        lambda images, labels: ((images * 255).astype(np.uint8), labels),
        lambda images, labels: (images[:, :4], labels),
        lambda images, labels: (images[0], labels),
        lambda images, labels: (images, labels[:5]),
        lambda images, labels: (images, labels + 1),
        lambda images, labels: (images, labels.astype(np.float32)),
    ],
)
def test_input_outside_the_contract_is_refused(
    curved: Classifier,
    faces: NDArray[np.float32],
    labels: NDArray[np.int64],
    name: str,
    chosen: dict,
    epsilon: float,
    spoil: Any,
) -> None:
    with pytest.raises(AttackError):
        attacks.make(name, **chosen)(curved, *spoil(faces, labels), epsilon=epsilon)


@pytest.mark.parametrize("epsilon", [-0.1, 1.1, float("nan"), float("inf")])
@pytest.mark.parametrize("name", attacks.names())
def test_a_senseless_epsilon_is_refused(
    curved: Classifier,
    faces: NDArray[np.float32],
    labels: NDArray[np.int64],
    name: str,
    epsilon: float,
) -> None:
    with pytest.raises(AttackError, match="psilon"):
        attacks.make(name)(curved, faces, labels, epsilon=epsilon)


@pytest.mark.parametrize(
    ("name", "chosen"),
    [
        ("nothing", {}),
        ("fgsm", {"steps": 3}),
        ("fgsm", {"norm": "l3"}),
        ("fgsm", {"target": 2}),
        ("pgd", {"steps": 0}),
        ("pgd", {"steps": 10**9}),
        ("pgd", {"restarts": 0}),
        ("pgd", {"restarts": 2, "random_start": False}),
        ("pgd", {"step_size": -0.1}),
        ("pgd", {"step_size": float("nan")}),
    ],
)
def test_senseless_settings_are_refused(name: str, chosen: dict) -> None:
    with pytest.raises(AttackError):
        attacks.make(name, **chosen)


@pytest.mark.parametrize("norm", norms.names())
def test_fgsm_is_pgd_with_one_full_step_to_the_bit(
    curved: Classifier, faces: NDArray[np.float32], labels: NDArray[np.int64], norm: str
) -> None:
    one_step = attacks.make("pgd", norm=norm, steps=1, step_size=0.1, random_start=False)
    expected = one_step(curved, faces, labels, epsilon=0.1)
    found = attacks.make("fgsm", norm=norm)(curved, faces, labels, epsilon=0.1)
    np.testing.assert_array_equal(found.images, expected.images)


def test_fgsm_follows_the_papers_equations(
    linear: Linear, faces: NDArray[np.float32], labels: NDArray[np.int64]
) -> None:
    """Eq. 1 adds epsilon * sign of the gradient; eq. 2 subtracts it for the target's loss."""
    classifier, weights, _ = linear
    towards_one = np.sign(weights[:, 1] - weights[:, 0]).reshape(SHAPE)
    sign = np.where(labels[:, None, None, None] == 0, towards_one, -towards_one)
    untargeted = attacks.make("fgsm")(classifier, faces, labels, epsilon=0.1)
    np.testing.assert_allclose(untargeted.images, faces + 0.1 * sign, atol=1e-6)
    targeted = attacks.make("fgsm", target=1)(classifier, faces, labels, epsilon=0.1)
    np.testing.assert_allclose(targeted.images, faces + 0.1 * towards_one, atol=1e-6)


@pytest.mark.parametrize(("norm", "dual"), [("linf", 1), ("l2", 2)])
@pytest.mark.parametrize("name", attacks.names())
def test_the_smallest_fooling_epsilon_of_a_linear_model(
    linear: Linear, faces: NDArray[np.float32], name: str, norm: str, dual: int
) -> None:
    """|margin| / dual norm of the weights, exactly: fooled just above it, standing just below."""
    classifier, weights, bias = linear
    difference = (weights[:, 1] - weights[:, 0]).astype(np.float64)
    margin = faces.reshape(16, -1) @ difference + float(bias[1] - bias[0])
    right = (margin > 0).astype(np.int64)
    smallest = np.abs(margin) / np.linalg.norm(difference, ord=dual)
    # A random start leaves a component across the gradient that only dies out step by step.
    chosen = {"norm": norm} | ({"steps": 40, "random_start": False} if name == "pgd" else {})
    attack = attacks.make(name, **chosen)
    for row in range(16):
        one = slice(row, row + 1)
        above = attack(classifier, faces[one], right[one], epsilon=1.001 * smallest[row] + 1e-6)
        below = attack(classifier, faces[one], right[one], epsilon=0.999 * smallest[row])
        assert above.success.all()
        assert not below.success.any()


def test_targeted_and_untargeted_coincide_for_two_classes(
    curved: Classifier, faces: NDArray[np.float32]
) -> None:
    right = curved.predict(faces).argmax(axis=1)
    for target in (0, 1):
        rows = right != target
        assert rows.any()
        untargeted = attacks.make("pgd", steps=5)(curved, faces[rows], right[rows], epsilon=0.2)
        targeted = attacks.make("pgd", steps=5, target=target)(
            curved, faces[rows], right[rows], epsilon=0.2
        )
        np.testing.assert_array_equal(untargeted.images, targeted.images)
        np.testing.assert_array_equal(untargeted.success, targeted.success)


def test_a_confident_model_does_not_starve_the_gradient(
    linear: Linear, faces: NDArray[np.float32]
) -> None:
    """Cross-entropy underflows at a margin of 90 in float32; the margin loss must not."""
    _, weights, bias = linear
    confident = wrapped(linear_model(weights * 1e4, bias))
    right = confident.predict(faces).argmax(axis=1)
    assert np.abs(np.diff(confident.predict(faces))).min() > 90
    found = attacks.make("fgsm")(confident, faces, right, epsilon=0.1)
    assert found.dead_gradients == 0
    np.testing.assert_allclose(found.linf, 0.1, atol=1e-6)


def test_pgd_is_at_least_as_strong_as_fgsm(curved: Classifier, faces: NDArray[np.float32]) -> None:
    right = curved.predict(faces).argmax(axis=1)
    for epsilon in (0.02, 0.05, 0.1, 0.2):
        one = attacks.make("fgsm")(curved, faces, right, epsilon=epsilon)
        many = attacks.make("pgd")(curved, faces, right, epsilon=epsilon)
        assert many.success.sum() >= one.success.sum()


def test_restarts_only_help_and_each_image_keeps_its_own_best(
    curved: Classifier, faces: NDArray[np.float32]
) -> None:
    right = curved.predict(faces).argmax(axis=1)

    def margins(restarts: int) -> NDArray[np.float32]:
        attack = attacks.make("pgd", steps=1, step_size=0.01, restarts=restarts)
        found = attack(curved, faces, right, epsilon=0.05)
        rows = np.arange(16)
        return found.logits[rows, 1 - right] - found.logits[rows, right]

    one, five = margins(1), margins(5)
    assert (five >= one).all()
    assert (five > one).any()


def test_restarts_leave_fooled_images_alone(curved: Classifier, faces: NDArray[np.float32]) -> None:
    right = curved.predict(faces).argmax(axis=1)
    found = attacks.make("pgd", steps=3, restarts=4)(curved, faces, right, epsilon=0.3)
    first = attacks.make("pgd", steps=3, restarts=1)(curved, faces, right, epsilon=0.3)
    assert first.success.any()
    assert (found.gradient_calls[first.success] == 3).all()
    assert (found.gradient_calls[~found.success] == 12).all()


def test_the_best_point_of_the_path_is_returned() -> None:
    """From a corner, huge steps on a kinked model overshoot; the answer must not get worse."""
    pixels = keras.Input(SHAPE)
    total = keras.ops.mean(pixels, axis=(1, 2, 3), keepdims=False)[:, None]
    bump = 0.3 - keras.ops.abs(total - 0.6)
    model = keras.Model(pixels, keras.ops.concatenate([bump * 0.0, bump], axis=1))
    classifier = wrapped(model)
    start = np.full((1, *SHAPE), 0.5, np.float32)
    attack = attacks.make("pgd", steps=2, step_size=0.11, random_start=False)
    found = attack(classifier, start, np.array([0]), epsilon=0.5)
    # 0.5 -> 0.61 (margin 0.29) -> 0.50 (margin 0.20): the first step is the best.
    np.testing.assert_allclose(found.images, 0.61, atol=1e-5)
    assert found.iterations[0] == 1


def test_the_step_size_scales_with_epsilon() -> None:
    pgd = attacks.make("pgd", steps=20)
    assert pgd.threat_model(8 / 255)["step_size"] == pytest.approx(2.5 * 8 / 255 / 20)
    assert attacks.make("pgd", steps=1).threat_model(0.1)["step_size"] == 0.1
    assert attacks.make("pgd", step_size=0.01).threat_model(0.1)["step_size"] == 0.01


def test_a_new_epsilon_or_step_count_is_not_cached(
    linear: Linear, faces: NDArray[np.float32], labels: NDArray[np.int64]
) -> None:
    classifier, _, _ = linear
    for epsilon in (0.1, 0.02, 0.2):
        found = attacks.make("fgsm")(classifier, faces, labels, epsilon=epsilon)
        np.testing.assert_allclose(found.linf, epsilon, atol=1e-6)
    short = attacks.make("pgd", steps=3, step_size=0.01, random_start=False)
    assert short(classifier, faces, labels, epsilon=0.2).linf.max() <= 0.03 + 1e-6
    longer = attacks.make("pgd", steps=7, step_size=0.01, random_start=False)
    np.testing.assert_allclose(longer(classifier, faces, labels, epsilon=0.2).linf, 0.07, atol=1e-6)


@pytest.mark.parametrize("norm", norms.names())
def test_random_starts_fill_the_ball_and_follow_the_seed(norm: str) -> None:
    images = np.random.default_rng(3).random((50, *SHAPE), dtype=np.float32)
    starts = random_starts(images, norm, 0.1, seed=1, restart=0)
    size = norms.distances(images + starts, images, norm)
    assert size.max() <= 0.1 + 1e-6
    # In 192 dimensions nearly all of either ball lies close to its surface.
    assert size.min() > 0.09
    assert abs(starts.mean()) < 0.01
    np.testing.assert_array_equal(starts, random_starts(images, norm, 0.1, seed=1, restart=0))
    backwards = random_starts(images[::-1], norm, 0.1, seed=1, restart=0)
    np.testing.assert_array_equal(starts, backwards[::-1])
    assert not np.array_equal(starts, random_starts(images, norm, 0.1, seed=2, restart=0))
    assert not np.array_equal(starts, random_starts(images, norm, 0.1, seed=1, restart=1))


@pytest.mark.parametrize("norm", norms.names())
@given(scale=st.floats(1e-30, 1e30), seed=st.integers(0, 1000))
@settings(max_examples=40, deadline=None)
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
@settings(max_examples=40, deadline=None)
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
