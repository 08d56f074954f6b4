"""FGSM, BIM, PGD and MIM match the closed forms and each other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from small_models import SHAPE, linear_model, wrapped

from facemask_core import Classifier, attacks
from facemask_core.attacks import norms
from facemask_core.attacks.ascent_program import Climb
from facemask_core.attacks.base import AdversarialBatch, complete_batch, leads
from facemask_core.attacks.restarts import merge_attempts, random_starts
from facemask_core.backend import keras

Linear = tuple[Classifier, NDArray[np.float32], NDArray[np.float32]]


@pytest.mark.parametrize("norm", norms.names())
@pytest.mark.backend(quick=True)
def test_fgsm_is_pgd_with_one_full_step_to_the_bit(
    curved: Classifier, faces: NDArray[np.float32], labels: NDArray[np.int64], norm: str
) -> None:
    one_step = attacks.make("pgd", norm=norm, steps=1, step_size=0.1, random_start=False)
    expected = one_step(curved, faces, labels, epsilon=0.1)
    batch = attacks.make("fgsm", norm=norm)(curved, faces, labels, epsilon=0.1)
    np.testing.assert_array_equal(batch.images, expected.images)


@pytest.mark.backend(quick=True)
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
@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("fgsm", {}),
        ("bim", {}),
        ("mim", {}),
        # A random start leaves a component across the gradient that only dies out step by step.
        ("pgd", {"steps": 40, "random_start": False}),
    ],
)
@pytest.mark.backend(quick=True)
def test_the_smallest_fooling_epsilon_of_a_linear_model(
    linear: Linear, faces: NDArray[np.float32], name: str, settings: dict, norm: str, dual: int
) -> None:
    """|margin| / dual norm of the weights, exactly: fooled just above it, standing just below."""
    classifier, weights, bias = linear
    difference = (weights[:, 1] - weights[:, 0]).astype(np.float64)
    margin = faces.reshape(16, -1) @ difference + float(bias[1] - bias[0])
    right = (margin > 0).astype(np.int64)
    smallest = np.abs(margin) / np.linalg.norm(difference, ord=dual)
    attack = attacks.make(name, norm=norm, **settings)
    for row in range(16):
        one = slice(row, row + 1)
        above = attack(classifier, faces[one], right[one], epsilon=1.001 * smallest[row] + 1e-6)
        below = attack(classifier, faces[one], right[one], epsilon=0.999 * smallest[row])
        assert above.success.all()
        assert not below.success.any()


@pytest.mark.backend
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


@pytest.mark.backend
def test_a_confident_model_does_not_starve_the_gradient(
    linear: Linear, faces: NDArray[np.float32]
) -> None:
    """Cross-entropy underflows at a margin of 90 in float32; the margin loss must not."""
    _, weights, bias = linear
    confident = wrapped(linear_model(weights * 1e4, bias))
    right = confident.predict(faces).argmax(axis=1)
    assert np.abs(np.diff(confident.predict(faces))).min() > 90
    batch = attacks.make("fgsm")(confident, faces, right, epsilon=0.1)
    assert batch.dead_gradients == 0
    np.testing.assert_allclose(batch.linf, 0.1, atol=1e-6)


@pytest.mark.backend
def test_pgd_is_at_least_as_strong_as_fgsm(curved: Classifier, faces: NDArray[np.float32]) -> None:
    right = curved.predict(faces).argmax(axis=1)
    for epsilon in (0.02, 0.05, 0.1, 0.2):
        one = attacks.make("fgsm")(curved, faces, right, epsilon=epsilon)
        many = attacks.make("pgd")(curved, faces, right, epsilon=epsilon)
        assert many.success.sum() >= one.success.sum()


@pytest.mark.backend
def test_restarts_only_help_and_each_image_keeps_its_own_best(
    curved: Classifier, faces: NDArray[np.float32]
) -> None:
    right = curved.predict(faces).argmax(axis=1)

    def margins(restarts: int) -> NDArray[np.float32]:
        attack = attacks.make("pgd", steps=1, step_size=0.01, restarts=restarts)
        batch = attack(curved, faces, right, epsilon=0.05)
        rows = np.arange(16)
        return batch.logits[rows, 1 - right] - batch.logits[rows, right]

    one, five = margins(1), margins(5)
    assert (five >= one).all()
    assert (five > one).any()


@pytest.mark.backend
def test_restarts_leave_fooled_images_alone(curved: Classifier, faces: NDArray[np.float32]) -> None:
    right = curved.predict(faces).argmax(axis=1)
    batch = attacks.make("pgd", steps=3, restarts=4)(curved, faces, right, epsilon=0.3)
    first = attacks.make("pgd", steps=3, restarts=1)(curved, faces, right, epsilon=0.3)
    assert first.success.any()
    assert (batch.gradient_calls[first.success] == 3).all()
    assert (batch.gradient_calls[~batch.success] == 12).all()


@pytest.mark.parametrize("norm", norms.names())
@pytest.mark.backend
@pytest.mark.slow
def test_stopping_early_fools_the_same_images_with_fewer_gradients(
    curved: Classifier, norm: str
) -> None:
    rng = np.random.default_rng(4)
    images = rng.uniform(0.2, 0.8, (64, *SHAPE)).astype(np.float32)
    right = curved.predict(images).argmax(axis=1)
    epsilons = {"linf": (0.002, 0.01, 0.05), "l2": (0.02, 0.1, 0.5)}[norm]
    for epsilon in epsilons:
        full = attacks.make("pgd", steps=14, norm=norm)(curved, images, right, epsilon=epsilon)
        early = attacks.make("pgd", steps=14, norm=norm, stop_early=True)(
            curved, images, right, epsilon=epsilon
        )
        np.testing.assert_array_equal(early.success, full.success)
        # What never falls is climbed to the same end.
        np.testing.assert_allclose(
            early.images[~full.success], full.images[~full.success], atol=1e-5
        )
        assert (early.gradient_calls[~full.success] == 14).all()
        fallen = early.gradient_calls[full.success]
        assert set(fallen.tolist()) <= {1, 2, 4, 8, 12, 14}
        assert (early.iterations <= early.gradient_calls).all()
    assert full.success.sum() > 32, "or nothing was stopped"
    assert early.gradient_calls.mean() < 8


@pytest.mark.backend
def test_the_best_point_of_the_path_is_returned() -> None:
    """From a corner, huge steps on a kinked model overshoot; the answer must not get worse."""
    pixels = keras.Input(SHAPE)
    total = keras.ops.mean(pixels, axis=(1, 2, 3), keepdims=False)[:, None]
    bump = 0.3 - keras.ops.abs(total - 0.6)
    model = keras.Model(pixels, keras.ops.concatenate([bump * 0.0, bump], axis=1))
    classifier = wrapped(model)
    start = np.full((1, *SHAPE), 0.5, np.float32)
    attack = attacks.make("pgd", steps=2, step_size=0.11, random_start=False)
    batch = attack(classifier, start, np.array([0]), epsilon=0.5)
    # 0.5 -> 0.61 (margin 0.29) -> 0.50 (margin 0.20): the first step is the best.
    np.testing.assert_allclose(batch.images, 0.61, atol=1e-5)
    assert batch.iterations[0] == 1


@pytest.mark.backend
def test_the_step_size_scales_with_epsilon() -> None:
    pgd = attacks.make("pgd", steps=20)
    assert pgd.threat_model(8 / 255)["step_size"] == pytest.approx(2.5 * 8 / 255 / 20)
    assert attacks.make("pgd", steps=1).threat_model(0.1)["step_size"] == 0.1
    assert attacks.make("pgd", step_size=0.01).threat_model(0.1)["step_size"] == 0.01


@pytest.mark.backend(quick=True)
def test_a_new_epsilon_or_step_count_is_not_cached(
    linear: Linear, faces: NDArray[np.float32], labels: NDArray[np.int64]
) -> None:
    classifier, _, _ = linear
    for epsilon in (0.1, 0.02, 0.2):
        batch = attacks.make("fgsm")(classifier, faces, labels, epsilon=epsilon)
        np.testing.assert_allclose(batch.linf, epsilon, atol=1e-6)
    short = attacks.make("pgd", steps=3, step_size=0.01, random_start=False)
    assert short(classifier, faces, labels, epsilon=0.2).linf.max() <= 0.03 + 1e-6
    longer = attacks.make("pgd", steps=7, step_size=0.01, random_start=False)
    np.testing.assert_allclose(longer(classifier, faces, labels, epsilon=0.2).linf, 0.07, atol=1e-6)


@pytest.mark.parametrize(
    ("norm", "epsilon", "size"),
    [("linf", 0.005, 0.002), ("linf", 0.5, 0.4), ("l2", 0.05, 0.02), ("l2", 3.0, 3.0)],
)
@pytest.mark.backend
def test_a_longer_run_never_stands_higher(
    curved: Classifier, faces: NDArray[np.float32], norm: str, epsilon: float, size: float
) -> None:
    """With steps of the same size the longer run begins as the shorter one, and keeps its best.

    Without a chosen size more steps are shorter ones, which lead elsewhere: then it need not hold.
    """
    right = curved.predict(faces).argmax(axis=1)
    for name in ("bim", "mim", "pgd"):
        before = None
        for steps in (1, 2, 4, 8):
            attack = attacks.make(name, norm=norm, steps=steps, step_size=size)
            batch = attack(curved, faces, right, epsilon=epsilon, seed=3)
            if before is not None:
                assert not (before.success & ~batch.success).any()
                # The last point is judged by another pass, which rounds for itself.
                gain = leads(batch.logits, right, None) - leads(before.logits, right, None)
                assert (gain >= -1e-5).all()
            before = batch


@pytest.mark.backend
def test_restarts_remember_every_image_that_met_a_dead_gradient() -> None:
    """Not the most that one attempt met: one image may die in the first, another in the second."""
    two = np.zeros(2, np.int64)

    def answer(dead: list[bool], rows: int) -> AdversarialBatch:
        pixels = np.zeros((rows, *SHAPE), np.float32)
        return complete_batch(
            pixels,
            pixels,
            np.zeros((rows, 2), np.float32),
            two[:rows],
            target=None,
            iterations=two[:rows],
            gradient_calls=two[:rows],
            dead=np.array(dead),
        )

    first, again = answer([True, False], 2), answer([True], 1)
    together = merge_attempts(first, again, np.array([1]), None)
    assert together.dead.tolist() == [True, True]
    assert together.dead_gradients == 2
    assert first.dead.tolist() == [True, False], "the answer so far is not changed"
    lively = merge_attempts(first, answer([False], 1), np.array([0]), None)
    assert lively.dead.tolist() == [True, False], "a second attempt does not make up for it"


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("fgsm", [{}]),
        ("bim", [{"steps": 2}, {"steps": 3, "step_size": 0.01}]),
        ("mim", [{"steps": 2}, {"steps": 3, "step_size": 0.01}, {"steps": 2, "decay": 0.5}]),
        ("pgd", [{"steps": 2}, {"steps": 3, "step_size": 0.01}, {"random_start": False}]),
    ],
)
@pytest.mark.backend
def test_no_setting_of_a_slider_is_traced_anew(
    linear: Linear,
    faces: NDArray[np.float32],
    labels: NDArray[np.int64],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    settings: list[dict],
) -> None:
    _, weights, bias = linear
    fresh = wrapped(linear_model(weights, bias))
    begin, traces = Climb.begin, []

    def counted(*arguments: Any) -> Any:
        traces.append(arguments)
        return begin(*arguments)

    monkeypatch.setattr(Climb, "begin", counted)
    for variant in settings:
        for epsilon in (0.001, 0.1):
            attacks.make(name, **variant)(fresh, faces, labels, epsilon=epsilon)
    assert len(traces) == 1


@pytest.mark.parametrize("norm", norms.names())
@pytest.mark.backend(quick=True)
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
