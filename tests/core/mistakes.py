"""Evaluations with one deliberate mistake, each beside the same evaluation without it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from small_models import SHAPE, linear_model, wrapped

from facemask_core import Classifier, attacks, checks
from facemask_core.attacks.base import AdversarialBatch, complete_batch
from facemask_core.attacks.pgd import PGD
from facemask_core.backend import keras
from facemask_core.checks import Status, Subject

EPSILON = 0.1
Pixels = NDArray[np.float32]


@dataclass(frozen=True)
class Scene:
    """What the mistakes are made with.

    Attributes:
        curved: A model far from linear.
        weights: (192, 2), of a linear model.
        bias: (2,), of the same.
        pixels: (n, 8, 8, 3), well inside the box.
    """

    curved: Classifier
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    pixels: Pixels

    def linear(self, factor: float = 1.0) -> keras.Model:
        """The linear model, as sure of itself as is asked."""
        return linear_model(self.weights * factor, self.bias * factor)

    def subject(
        self, classifier: Classifier, attack: attacks.Attack, epsilon: float = EPSILON
    ) -> Subject:
        """The scene's images, with the model's own answers as labels."""
        labels = classifier.predict(self.pixels).argmax(axis=1)
        return checks.make_subject(classifier, self.pixels, labels, attack, epsilon=epsilon)


@dataclass(frozen=True)
class Mistake:
    """An evaluation spoilt in one way, and what the check made for that has to say.

    Attributes:
        spoilt: With the mistake.
        sound: Without it; the check passes.
        status: The check's answer to the mistake.
        word: Part of its sentence.
    """

    spoilt: Subject
    sound: Subject
    status: Status = Status.FAILED
    word: str = ""


def _second_softmax(scene: Scene) -> Mistake:
    sound = scene.subject(wrapped(scene.linear()), attacks.make("fgsm"))
    inputs = keras.Input(SHAPE)
    model = keras.Model(inputs, keras.ops.softmax(scene.linear()(inputs)))
    return Mistake(replace(sound, classifier=wrapped(model)), sound, word="softmax")


def _float16_head(scene: Scene) -> Mistake:
    sound = scene.subject(wrapped(scene.linear()), attacks.make("fgsm"))
    inputs = keras.Input(SHAPE)
    model = keras.Model(inputs, keras.ops.cast(scene.linear()(inputs), "float16"))
    return Mistake(replace(sound, classifier=wrapped(model)), sound, word="float16")


class _Dice(keras.layers.Layer):
    def __init__(self) -> None:
        super().__init__()
        self.generator = keras.random.SeedGenerator(0)

    def call(self, values: Any) -> Any:
        return values + keras.random.normal((1, 2), seed=self.generator)


def _rolled_dice(scene: Scene) -> Mistake:
    sound = scene.subject(wrapped(scene.linear()), attacks.make("fgsm"))
    inputs = keras.Input(SHAPE)
    model = keras.Model(inputs, _Dice()(scene.linear()(inputs)))
    # On JAX the compiled model is a pure function: its dice fall the same way every time, so what
    # is attacked there is deterministic, and the check rightly says so.
    rolls = keras.backend.backend() == "tensorflow"
    status = Status.FAILED if rolls else Status.PASSED
    return Mistake(replace(sound, classifier=wrapped(model)), sound, status)


def _rounded_input(scene: Scene) -> Mistake:
    sound = scene.subject(wrapped(scene.linear()), attacks.make("fgsm"))
    inputs = keras.Input(SHAPE)
    model = keras.Model(inputs, scene.linear()(keras.ops.round(inputs * 255.0) / 255.0))
    return Mistake(replace(sound, classifier=wrapped(model)), sound)


def _starved_loss(scene: Scene) -> Mistake:
    """Away from its own class a model this sure has no slope left; towards the other it has."""
    sound = scene.subject(wrapped(scene.linear(1e5)), attacks.make("fgsm"), epsilon=0.3)
    return Mistake(replace(sound, attack=attacks.make("fgsm", loss="cross-entropy")), sound)


def _hills(height: float) -> Classifier:
    """Many small hills, whose tops together reach the second class where they pass a height."""
    inputs = keras.Input(SHAPE)
    waves = keras.ops.sum(keras.ops.sin(400.0 * inputs), axis=(1, 2, 3))[:, None]
    score = waves - height
    return wrapped(keras.Model(inputs, keras.ops.concatenate([score * 0.0, score], axis=1)))


def _rugged_landscape(scene: Scene) -> Mistake:
    spoilt = scene.subject(_hills(0.0), attacks.make("fgsm"))
    return Mistake(spoilt, replace(spoilt, classifier=scene.curved), Status.WARNED)


def _too_few_restarts(scene: Scene) -> Mistake:
    """Where a short climb among the hills ends depends on where it begins."""
    attack = PGD(steps=3, step_size=0.0005)
    spoilt = scene.subject(_hills(150.0), attack, epsilon=0.05)
    return Mistake(spoilt, replace(spoilt, attack=replace(attack, steps=40)), Status.WARNED)


def _too_few_steps(scene: Scene) -> Mistake:
    sound = scene.subject(scene.curved, PGD(steps=40, random_start=False))
    hasty = PGD(steps=2, step_size=EPSILON / 20, random_start=False)
    return Mistake(replace(sound, attack=hasty), sound)


def _ridge(brightness: list[float], attack: attacks.Attack, epsilon: float) -> Subject:
    """Grey images, on a model that sees the second class about brightness 0.6 alone."""
    inputs = keras.Input(SHAPE)
    total = keras.ops.mean(inputs, axis=(1, 2, 3))[:, None]
    ridge = 0.02 - keras.ops.abs(total - 0.6)
    model = keras.Model(inputs, keras.ops.concatenate([ridge * 0.0, ridge], axis=1))
    pixels = np.stack([np.full(SHAPE, grey, np.float32) for grey in brightness])
    labels = np.zeros(len(pixels), np.int64)
    return checks.make_subject(wrapped(model), pixels, labels, attack, epsilon=epsilon)


def _leap_over_the_ridge(_: Scene) -> Mistake:
    leap = PGD(steps=1, random_start=False)
    spoilt = _ridge([0.5] * 4, leap, EPSILON)
    return Mistake(spoilt, replace(spoilt, attack=replace(leap, steps=40)))


def _two_halves(_: Scene) -> Mistake:
    """FGSM leaps over the ridge from near by; short steps do not reach it from afar."""
    short = PGD(steps=10, step_size=0.01, random_start=False)
    spoilt = _ridge([0.4] * 4 + [0.5] * 4, short, 0.2)
    return Mistake(spoilt, replace(spoilt, attack=replace(short, steps=40)), Status.WARNED)


def _masked_gradient(scene: Scene) -> Mistake:
    """A linear model behind a saturated function, beside the bare one that gives it away."""
    bare = wrapped(scene.linear())
    inputs = keras.Input(SHAPE)
    scores = scene.linear()(inputs)
    step = keras.ops.tanh(1e3 * (scores[:, 1:] - scores[:, :1]))
    masked = wrapped(keras.Model(inputs, keras.ops.concatenate([step * 0.0, step], axis=1)))
    subject = scene.subject(bare, PGD(steps=10))
    return Mistake(
        replace(subject, classifier=masked, others=(bare,)), replace(subject, others=(masked,))
    )


def _boundary_within_a_level(scene: Scene) -> Mistake:
    """A boundary a third of a level away, which is crossed in floating point only."""
    difference = (scene.weights[:, 1] - scene.weights[:, 0]).astype(np.float64)
    levels = np.random.default_rng(2).integers(90, 160, (1, *SHAPE))
    lead = float(levels.ravel() / 255 @ difference)
    bias = np.array([0.0, -lead - 0.3 / 255 * np.abs(difference).sum()], np.float32)
    spoilt = checks.make_subject(
        wrapped(linear_model(scene.weights, bias)),
        (levels / 255).astype(np.float32),
        np.zeros(1, np.int64),
        attacks.make("fgsm"),
        epsilon=0.4 / 255,
    )
    return Mistake(spoilt, replace(spoilt, epsilon=1 / 255), Status.WARNED)


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
        if self.spoil == "half step":
            moved = images + 0.05 * (moved - images)
        return complete_batch(
            moved,
            images,
            classifier.predict(moved),
            labels,
            target=self.target,
            iterations=found.iterations,
            gradient_calls=found.gradient_calls,
            dead=found.dead,
        )


def _attack_with(spoil: str) -> Callable[[Scene], Mistake]:
    def mistake(scene: Scene) -> Mistake:
        sound = scene.subject(scene.curved, _Spoilt(steps=20))
        return Mistake(replace(sound, attack=_Spoilt(steps=20, spoil=spoil)), sound)

    return mistake


MISTAKES: tuple[tuple[str, Callable[[Scene], Mistake]], ...] = (
    ("logits", _second_softmax),
    ("float32", _float16_head),
    ("deterministic", _rolled_dice),
    ("differentiable", _rounded_input),
    ("gradients", _starved_loss),
    ("landscape", _rugged_landscape),
    ("threat-model", _attack_with("statement")),
    ("epsilon-zero", _attack_with("preprocessing")),
    ("budget", _attack_with("budget")),
    ("ascent", _attack_with("descent")),
    ("one-step", _too_few_steps),
    ("one-step", _attack_with("half step")),
    ("monotone", _leap_over_the_ridge),
    ("convergence", _too_few_steps),
    ("restarts", _too_few_restarts),
    ("keep-best", _attack_with("last point")),
    ("two-classes", _starved_loss),
    ("linear", _attack_with("epsilon")),
    ("linear", _attack_with("half step")),
    ("rounding", _boundary_within_a_level),
    ("black-box", _attack_with("half step")),
    ("noise", _attack_with("half step")),
    ("transfer", _masked_gradient),
    ("chance", _attack_with("idle")),
    ("unbounded", _attack_with("idle")),
    ("unbounded", _attack_with("half step")),
    ("worst-case", _two_halves),
)
"""Checks by name, with mistakes that they are to catch."""
