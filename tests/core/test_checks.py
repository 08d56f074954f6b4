"""Each deliberate mistake is caught by the check made for it; a sound evaluation passes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray
from small_models import SHAPE, linear_model, wrapped

from facemask_core import Classifier, attacks, checks
from facemask_core.attacks.base import AdversarialBatch, measured
from facemask_core.attacks.gradient_ascent import MAX_STEPS
from facemask_core.attacks.pgd import PGD
from facemask_core.attacks.restarts import MAX_RESTARTS
from facemask_core.backend import keras
from facemask_core.checks import CHECKS, Finding, Status
from facemask_core.errors import AttackError

Linear = tuple[Classifier, NDArray[np.float32], NDArray[np.float32]]
EPSILON = 0.1


def _examine(
    classifier: Classifier, pixels: NDArray[np.float32], attack: Any, **more: Any
) -> dict[str, Finding]:
    labels = more.pop("labels", None)
    if labels is None:
        labels = classifier.predict(pixels).argmax(axis=1)
    subject = checks.subject(
        classifier, pixels, labels, attack, epsilon=more.pop("epsilon", EPSILON), **more
    )
    return checks.examine(subject)


def _failed(findings: dict[str, Finding]) -> set[str]:
    return {name for name, found in findings.items() if found.status is Status.FAILED}


@pytest.fixture
def pixels() -> NDArray[np.float32]:
    return np.random.default_rng(9).uniform(0.3, 0.7, (24, *SHAPE)).astype(np.float32)


@pytest.fixture
def confident(linear: Linear) -> Callable[[float], keras.Model]:
    """Makes the linear model as sure of itself as is asked."""
    _, weights, bias = linear
    return lambda factor: linear_model(weights * factor, bias * factor)


def test_a_sound_evaluation_fails_no_check(
    curved: Classifier, linear: Linear, pixels: NDArray[np.float32]
) -> None:
    told: list[tuple[int, int]] = []
    labels = curved.predict(pixels).argmax(axis=1)
    subject = checks.subject(
        curved, pixels, labels, attacks.make("pgd", steps=40), epsilon=EPSILON, others=[linear[0]]
    )
    findings = checks.examine(subject, progress=lambda *step: told.append(step))
    assert list(findings) == [check.name for check in CHECKS]
    assert not _failed(findings), {name: findings[name] for name in _failed(findings)}
    assert Status.SKIPPED not in {found.status for found in findings.values()}
    for found in findings.values():
        assert found.sentence.endswith(".")
        json.dumps(found.figures, allow_nan=False)
    assert told[-1] == (len(CHECKS), len(CHECKS))


def test_a_second_softmax_is_caught(linear: Linear, pixels: NDArray[np.float32]) -> None:
    inputs = keras.Input(SHAPE)
    model = keras.Model(inputs, keras.ops.softmax(linear[0].model(inputs)))
    findings = _examine(wrapped(model), pixels, attacks.make("pgd"))
    assert "logits" in _failed(findings)
    assert "softmax" in findings["logits"].sentence


def test_a_float16_head_is_caught(
    confident: Callable[[float], keras.Model], pixels: NDArray[np.float32]
) -> None:
    inputs = keras.Input(SHAPE)
    half = keras.Model(inputs, keras.ops.cast(confident(40.0)(inputs), "float16"))
    findings = _examine(wrapped(half), pixels, attacks.make("fgsm"))
    assert "float32" in _failed(findings)
    assert "float16" in findings["float32"].sentence
    assert "float32" not in _failed(
        _examine(wrapped(confident(40.0)), pixels, attacks.make("fgsm"))
    )


def test_a_starved_loss_is_caught(
    confident: Callable[[float], keras.Model], pixels: NDArray[np.float32]
) -> None:
    findings = _examine(
        wrapped(confident(1e5)), pixels, attacks.make("fgsm", loss="cross-entropy"), epsilon=0.3
    )
    assert "gradients" in _failed(findings)


def test_preprocessing_without_a_gradient_is_caught(
    linear: Linear, pixels: NDArray[np.float32]
) -> None:
    inputs = keras.Input(SHAPE)
    rounded = keras.ops.round(inputs * 255.0) / 255.0
    findings = _examine(
        wrapped(keras.Model(inputs, linear[0].model(rounded))), pixels, attacks.make("pgd")
    )
    assert _failed(findings) == {"differentiable"}
    assert findings["one-step"].status is Status.SKIPPED, "what follows only repeats it"


def test_a_model_that_rolls_dice_is_caught(pixels: NDArray[np.float32]) -> None:
    class Dice(keras.layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.generator = keras.random.SeedGenerator(0)

        def call(self, values: Any) -> Any:
            return values + keras.random.normal((1, 2), seed=self.generator)

    weights = np.random.default_rng(0).normal(size=(int(np.prod(SHAPE)), 2)).astype(np.float32)
    inputs = keras.Input(SHAPE)
    scores = linear_model(weights, np.zeros(2, np.float32))(inputs)
    model = keras.Model(inputs, Dice()(scores))
    failed = _failed(_examine(wrapped(model), pixels, attacks.make("fgsm")))
    # On JAX the compiled model is a pure function: its dice fall the same way every time, so what
    # is attacked there is deterministic, and the check rightly says so.
    assert ("deterministic" in failed) == (keras.backend.backend() == "tensorflow")


def test_too_few_steps_are_caught(curved: Classifier, pixels: NDArray[np.float32]) -> None:
    hasty = attacks.make("pgd", steps=2, step_size=EPSILON / 20, random_start=False)
    findings = _examine(curved, pixels, hasty)
    assert {"convergence", "one-step"} <= _failed(findings)
    assert "too few" in findings["convergence"].sentence


def test_too_few_restarts_are_worth_a_word() -> None:
    """On a landscape of many small hills, where a climb ends depends on where it begins."""
    rng = np.random.default_rng(0)
    pixels = rng.uniform(0.4, 0.6, (24, *SHAPE)).astype(np.float32)
    inputs = keras.Input(SHAPE)
    waves = keras.ops.sum(keras.ops.sin(400.0 * inputs), axis=(1, 2, 3))[:, None]
    score = waves - 150.0
    model = keras.Model(inputs, keras.ops.concatenate([score * 0.0, score], axis=1))
    findings = _examine(
        wrapped(model),
        pixels,
        attacks.make("pgd", steps=3, step_size=0.0005),
        epsilon=0.05,
        labels=np.zeros(24, np.int64),
    )
    assert findings["restarts"].status is not Status.PASSED


@dataclass(frozen=True, kw_only=True)
class _Spoilt(PGD):
    """PGD with one thing gone wrong."""

    name: ClassVar[str] = "pgd"
    spoil: str = ""

    def threat_model(self, epsilon: float, seed: int = 0) -> dict[str, Any]:
        stated = super().threat_model(epsilon, seed)
        return {"attack": "pgd", "norm": "linf"} if self.spoil == "statement" else stated

    def _attack(self, classifier, images, labels, epsilon, seed) -> AdversarialBatch:  # type: ignore[no-untyped-def]  # noqa: ANN001
        wrong = {"budget": 2 * epsilon, "epsilon": 0.1}.get(self.spoil, epsilon)
        found = super()._attack(classifier, images, labels, min(wrong, 1.0), seed)
        moved = found.images
        if self.spoil == "descent":
            moved = np.clip(2 * images - moved, 0.0, 1.0)
        if self.spoil == "last point" and self.steps >= 20:
            moved = images
        if self.spoil == "preprocessing":
            moved = np.clip(moved + 0.02, 0.0, 1.0)
        if self.spoil == "idle":
            moved = images
        if self.spoil == "aimed" and self.target is not None:
            moved = images
        if self.spoil == "half step":
            moved = images + 0.05 * (moved - images)
        return measured(
            moved,
            images,
            classifier.predict(moved),
            labels,
            target=self.target,
            iterations=found.iterations,
            gradient_calls=found.gradient_calls,
            dead=found.dead,
        )


@pytest.mark.parametrize(
    ("spoil", "check"),
    [
        ("statement", "threat-model"),
        ("budget", "budget"),
        ("descent", "ascent"),
        ("last point", "keep-best"),
        ("preprocessing", "epsilon-zero"),
        ("epsilon", "linear"),
        ("half step", "one-step"),
        ("half step", "noise"),
        ("half step", "black-box"),
        ("half step", "linear"),
        ("aimed", "two-classes"),
        ("idle", "chance"),
        ("idle", "unbounded"),
        ("half step", "unbounded"),
    ],
)
def test_a_spoilt_attack_is_caught(
    curved: Classifier, pixels: NDArray[np.float32], spoil: str, check: str
) -> None:
    attack = _Spoilt(steps=20, spoil=spoil)
    labels = curved.predict(pixels).argmax(axis=1)
    subject = checks.subject(curved, pixels, labels, attack, epsilon=EPSILON)
    run = next(entry.run for entry in CHECKS if entry.name == check)
    assert run(subject).status is Status.FAILED
    sound = replace(subject, attack=replace(attack, spoil=""))
    assert run(sound).status is Status.PASSED


def test_accuracy_that_rises_with_epsilon_is_caught() -> None:
    """Steps that do not follow epsilon, on a ridge that long steps jump over."""
    inputs = keras.Input(SHAPE)
    total = keras.ops.mean(inputs, axis=(1, 2, 3))[:, None]
    ridge = 0.02 - keras.ops.abs(total - 0.6)
    model = keras.Model(inputs, keras.ops.concatenate([ridge * 0.0, ridge], axis=1))
    pixels = np.full((4, *SHAPE), 0.5, np.float32)

    @dataclass(frozen=True, kw_only=True)
    class Leap(PGD):
        name: ClassVar[str] = "pgd"
        steps: int = 1
        random_start: bool = False

        def step_size_at(self, epsilon: float) -> float:
            return epsilon

    subject = checks.subject(wrapped(model), pixels, np.zeros(4, np.int64), Leap(), epsilon=0.1)
    run = next(entry.run for entry in CHECKS if entry.name == "monotone")
    assert run(subject).status is Status.FAILED
    # FGSM is known to behave so, and only deserves a warning.
    assert run(replace(subject, attack=attacks.make("fgsm"))).status is Status.WARNED


def test_success_that_no_picture_can_hold_is_worth_a_word(linear: Linear) -> None:
    _, weights, bias = linear
    difference = (weights[:, 1] - weights[:, 0]).astype(np.float64)
    levels = np.random.default_rng(2).integers(90, 160, (16, *SHAPE))
    margin = levels.reshape(16, -1) / 255 @ difference + float(bias[1] - bias[0])
    # A boundary a third of a level away is crossed in floating point only.
    near = bias[None] - np.stack([np.zeros(16), margin], axis=1)
    epsilon = 0.4 / 255
    shift = float(0.3 / 255 * np.abs(difference).sum())
    fooled = []
    for row in range(16):
        own = near[row] + np.array([0.0, -shift])
        model = wrapped(linear_model(weights, own.astype(np.float32)))
        pixels = (levels[row : row + 1] / 255).astype(np.float32)
        subject = checks.subject(
            model, pixels, np.zeros(1, np.int64), attacks.make("fgsm"), epsilon=epsilon
        )
        run = next(entry.run for entry in CHECKS if entry.name == "rounding")
        fooled.append(run(subject).status)
    assert set(fooled) == {Status.WARNED}


def _run(name: str, subject: checks.Subject) -> Finding:
    return next(entry.run for entry in CHECKS if entry.name == name)(subject)


def test_one_image_apart_is_rounding_and_two_are_not(
    curved: Classifier, pixels: NDArray[np.float32]
) -> None:
    labels = curved.predict(pixels).argmax(axis=1)
    subject = checks.subject(curved, pixels, labels, attacks.make("fgsm"), epsilon=0.3)
    fooled = np.flatnonzero(subject.attacked.success)
    assert len(fooled) > 2
    for lost, status in ((1, Status.PASSED), (2, Status.FAILED)):
        success = subject.attacked.success.copy()
        success[fooled[:lost]] = False
        altered = replace(subject)
        vars(altered)["attacked"] = replace(subject.attacked, success=success)
        assert _run("two-classes", altered).status is status


def test_a_transfer_attack_need_not_win_without_bounds(
    curved: Classifier, pixels: NDArray[np.float32]
) -> None:
    """What is made on a model that knows nothing may well fail on this one."""
    ignorant = wrapped(linear_model(np.zeros((192, 2), np.float32), np.zeros(2, np.float32)))
    attack = attacks.make("transfer", source=ignorant, attack=attacks.make("fgsm"))
    labels = curved.predict(pixels).argmax(axis=1)
    subject = checks.subject(curved, pixels, labels, attack, epsilon=EPSILON)
    found = _run("unbounded", subject)
    assert found.figures["success_rate"] < 1.0
    assert found.status is Status.WARNED


def test_a_budget_is_kept_to_within_the_rounding_of_its_size(
    curved: Classifier, pixels: NDArray[np.float32]
) -> None:
    labels = curved.predict(pixels).argmax(axis=1)
    attack = attacks.make("fgsm", norm="l2")
    subject = checks.subject(curved, pixels, labels, attack, epsilon=10.0)
    for excess, status in ((9e-7, Status.PASSED), (2e-6, Status.FAILED)):
        altered = replace(subject)
        length = np.full_like(subject.attacked.l2, 10.0 * (1 + excess))
        vars(altered)["attacked"] = replace(subject.attacked, l2=length)
        assert _run("budget", altered).status is status


@pytest.mark.parametrize(("what", "most"), [("steps", MAX_STEPS), ("restarts", MAX_RESTARTS)])
def test_effort_is_doubled_up_to_what_may_be_asked_for(
    curved: Classifier,
    pixels: NDArray[np.float32],
    monkeypatch: pytest.MonkeyPatch,
    what: str,
    most: int,
) -> None:
    check = {"steps": "convergence", "restarts": "restarts"}[what]
    asked: list[int] = []

    def attacked(self: PGD, *_: Any, **__: Any) -> AdversarialBatch:
        asked.append(getattr(self, what))
        return found

    labels = curved.predict(pixels).argmax(axis=1)
    found = attacks.make("pgd", steps=1)(curved, pixels, labels, epsilon=EPSILON)
    monkeypatch.setattr(PGD, "__call__", attacked)

    def examined(count: int) -> Finding:
        attack = attacks.make("pgd", **{what: count})
        return _run(check, checks.subject(curved, pixels, labels, attack, epsilon=EPSILON))

    assert examined(most // 2 + 1).figures[f"more_{what}"] == most
    assert most in asked
    assert examined(most).status is Status.SKIPPED


@pytest.mark.parametrize("name", attacks.names())
def test_every_attack_can_be_examined(
    curved: Classifier, linear: Linear, pixels: NDArray[np.float32], name: str
) -> None:
    chosen: dict[str, Any] = {
        "transfer": {"source": linear[0]},
        "cw": {"steps": 20, "searches": 2},
        "lbfgs": {"steps": 4, "searches": 2},
        "square": {"queries": 30},
    }.get(name, {})
    findings = _examine(curved, pixels[:6], attacks.make(name, **chosen))
    assert len(findings) == len(CHECKS)


def test_nothing_to_examine_is_refused(curved: Classifier, pixels: NDArray[np.float32]) -> None:
    labels = np.zeros(24, np.int64)
    with pytest.raises(AttackError, match="Epsilon is 0"):
        checks.subject(curved, pixels, labels, attacks.make("fgsm"), epsilon=0.0)
    with pytest.raises(AttackError, match="untargeted"):
        checks.subject(curved, pixels, labels, attacks.make("fgsm", target=1), epsilon=0.1)
    with pytest.raises(AttackError, match="Labels"):
        checks.subject(curved, pixels, labels[:3], attacks.make("fgsm"), epsilon=0.1)
    with pytest.raises(AttackError, match="at least one"):
        checks.subject(curved, pixels[:0], labels[:0], attacks.make("fgsm"), epsilon=0.1)
