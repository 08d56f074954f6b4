"""The subject of an examination, the checks, and their findings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemask_core.attacks import AdversarialBatch, Attack, make
from facemask_core.attacks.base import leads
from facemask_core.models.classifier import Classifier


class Status(Enum):
    """The result of a check, which looks for one known mistake; none proves soundness."""

    PASSED = "PASS"
    WARNED = "WARN"
    FAILED = "FAIL"
    SKIPPED = "SKIP"


@dataclass(frozen=True)
class Finding:
    """The finding of a check.

    Attributes:
        status: Its result.
        sentence: The meaning of the result, in one sentence.
        figures: The measurements behind it, fit for JSON.
    """

    status: Status
    sentence: str
    figures: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Subject:
    """The evaluation under examination: a model, images, and the attack on them.

    Attributes:
        classifier: The model under attack.
        pixels: float32 (n, 224, 224, 3) in [0, 1], at least one.
        labels: int64 (n,), true classes.
        attack: The attack, untargeted.
        epsilon: Its radius.
        seed: Its seed.
        others: Other models, from which examples might transfer.
    """

    classifier: Classifier
    pixels: NDArray[np.float32]
    labels: NDArray[np.int64]
    attack: Attack
    epsilon: float
    seed: int = 0
    others: tuple[Classifier, ...] = ()

    @cached_property
    def clean_logits(self) -> NDArray[np.float32]:
        """float32 (n, 2): the model's answers before the attack."""
        return self.classifier.predict(self.pixels)

    @property
    def clean(self) -> NDArray[np.bool_]:
        """Bool (n,): which images are classed rightly before the attack."""
        return self.clean_logits.argmax(axis=1) == self.labels

    @cached_property
    def adversarial(self) -> AdversarialBatch:
        """The adversarial examples of the attack under examination."""
        return self.run(self.attack)

    @cached_property
    def one_step(self) -> AdversarialBatch:
        """The adversarial examples of FGSM in the same ball."""
        return self.run(make("fgsm", norm=self.norm))

    @property
    def norm(self) -> str:
        """The norm of the ball."""
        return str(self.attack.threat_model(self.epsilon, self.seed)["norm"])

    @property
    def tolerance(self) -> float:
        """One image as a share of all: the difference that chance and rounding may make."""
        return 1.0 / len(self.labels)

    def run(self, attack: Attack, epsilon: float | None = None) -> AdversarialBatch:
        """Runs an attack on the same images, at the same epsilon unless another is given."""
        radius = self.epsilon if epsilon is None else epsilon
        return attack(self.classifier, self.pixels, self.labels, epsilon=radius, seed=self.seed)

    def robust_accuracy(self, batch: AdversarialBatch) -> float:
        """Returns the share of images that are classed rightly before and after an attack."""
        return float((self.clean & (batch.predictions == self.labels)).mean())

    def leads(self, logits: NDArray[np.float32]) -> NDArray[np.float32]:
        """Returns by how much the wrong class leads the true one, float32 (n,)."""
        return leads(logits, self.labels, None)


@dataclass(frozen=True)
class Check:
    """One entry of the checklist.

    Attributes:
        name: The word for it in reports.
        question: What it asks; yes is good.
        run: Answers the question.
    """

    name: str
    question: str
    run: Callable[[Subject], Finding]


def pass_or_fail(good: bool, sentence: str, otherwise: str, **figures: Any) -> Finding:
    """Makes the finding PASS with one sentence, or FAIL with another."""
    return Finding(
        Status.PASSED if good else Status.FAILED, sentence if good else otherwise, figures
    )


def pass_or_warn(good: bool, sentence: str, otherwise: str, **figures: Any) -> Finding:
    """Makes the finding PASS with one sentence, or WARN with another."""
    return Finding(
        Status.PASSED if good else Status.WARNED, sentence if good else otherwise, figures
    )
