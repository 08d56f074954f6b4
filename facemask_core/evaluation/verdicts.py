"""One face: the model's verdict before and after an attack.

Everything here is about 8-bit images, so the image that is shown and saved is the one classified.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from facemask_core.attacks import Attack
from facemask_core.epsilons import LEVELS
from facemask_core.errors import AttackError
from facemask_core.labels import LABELS
from facemask_core.models.classifier import Classifier, probabilities
from facemask_core.pictures import images


@dataclass(frozen=True)
class Verdict:
    """A model's verdict on one face.

    Attributes:
        label: The predicted class, 0 or 1.
        probabilities: The probability of each class; they sum to 1.
        unsure_below: The confidence below which this model is unsure, as its card says; None for
            one that never is.
    """

    label: int
    probabilities: tuple[float, float]
    unsure_below: float | None = None

    @property
    def confidence(self) -> float:
        """Probability of the predicted class."""
        return self.probabilities[self.label]

    @property
    def name(self) -> str:
        """The predicted class's name."""
        return LABELS[self.label]

    @property
    def unsure(self) -> bool:
        """Whether the confidence is too little for a verdict."""
        return self.unsure_below is not None and self.confidence < self.unsure_below


class Outcome(Enum):
    """How an attack on one face ended."""

    FOOLED = "fooled"
    HELD = "held"
    CHANGED = "changed"
    """Nobody said the right answer, so another verdict than before may be for the better."""
    UNCHANGED = "unchanged"
    """As held, where nobody said the right answer."""
    UNMOVED = "unmoved"
    """The verdict is the same, but so is the picture, so the model was not put to the test."""
    ALREADY_WRONG = "was already wrong"
    UNSURE = "unsure"
    """Before or after the attack the model's confidence is too little for a verdict."""


@dataclass(frozen=True, eq=False)
class AttackedFace:
    """One face before and after an attack, as 8-bit images.

    Attributes:
        original: uint8 (224, 224, 3).
        adversarial: uint8 (224, 224, 3).
        label: The class that the attack takes for true.
        before: The model's verdict on ``original``.
        after: The model's verdict on ``adversarial``.
        outcome: How the attack ended.
        linf: Largest change of a pixel value, on the [0, 1] scale.
        l2: Euclidean length of the change, on the [0, 1] scale.
        gradient_calls: How many gradients of the model the attack computed.
        dead_gradient: Whether a gradient was zero or not finite, which leaves no direction to go.
        rounded_away: Whether the attack changed the face, but in 8 bits it is the original again.
    """

    original: NDArray[np.uint8]
    adversarial: NDArray[np.uint8]
    label: int
    before: Verdict
    after: Verdict
    outcome: Outcome
    linf: float
    l2: float
    gradient_calls: int
    dead_gradient: bool
    rounded_away: bool

    @property
    def confidence_drop(self) -> float:
        """By how much the attack lowers the probability of the class predicted before it."""
        return self.before.confidence - self.after.probabilities[self.before.label]


def judge(classifier: Classifier, faces: NDArray[np.uint8]) -> list[Verdict]:
    """Classifies 8-bit faces.

    Args:
        classifier: The model.
        faces: uint8 (n, 224, 224, 3).

    Returns:
        One verdict a face.
    """
    logits = classifier.predict(images.to_float(faces))
    threshold = classifier.card.unsure_below
    return [
        Verdict(int(row.argmax()), (float(row[0]), float(row[1])), threshold)
        for row in probabilities(logits)
    ]


def attack_face(
    classifier: Classifier,
    face: NDArray[np.uint8],
    attack: Attack,
    *,
    epsilon: float,
    seed: int = 0,
    label: int | None = None,
) -> AttackedFace:
    """Attacks one face and judges the resulting 8-bit image.

    Args:
        classifier: The model under attack.
        face: uint8 (224, 224, 3); not changed.
        attack: The attack.
        epsilon: Its radius.
        seed: Its seed.
        label: The true class; None where nobody says it: then the attack drives the model away from
            its own verdict, and its outcome says only whether the verdict changes.

    Returns:
        The face before and after. Rounding to 8 bits keeps an L-infinity attack inside its ball;
        an L2 attack's length may grow by rounding; the length reported is that after rounding.

    Raises:
        AttackError: The epsilon is out of range, or the target is the true class.
    """
    before = judge(classifier, face[None])[0]
    truth = before.label if label is None else label
    target = getattr(attack, "target", None)
    if target is not None and target == truth:
        raise AttackError(f"This face already counts as {LABELS[target]}; target the other class.")
    batch = attack(
        classifier, images.to_float(face)[None], np.array([truth]), epsilon=epsilon, seed=seed
    )
    # An L2 ball lies inside the L-infinity ball of its radius, so this bound holds for both.
    adversarial = images.to_uint8_within(batch.images[0], face, epsilon=min(1.0, epsilon))
    after = judge(classifier, adversarial[None])[0]
    levels = adversarial.astype(np.int64) - face
    return AttackedFace(
        original=face,
        adversarial=adversarial,
        label=truth,
        before=before,
        after=after,
        outcome=name_outcome(
            before, after, truth, target, truth_known=label is not None, moved=bool(levels.any())
        ),
        linf=float(np.abs(levels).max() / LEVELS),
        l2=float(np.linalg.norm(levels) / LEVELS),
        gradient_calls=int(batch.gradient_calls[0]),
        dead_gradient=batch.dead_gradients > 0,
        rounded_away=bool(batch.linf[0] > 0.0) and not levels.any(),
    )


def name_outcome(
    before: Verdict,
    after: Verdict,
    truth: int,
    target: int | None = None,
    *,
    truth_known: bool,
    moved: bool,
) -> Outcome:
    """Names how an attack on one face ended.

    Args:
        before: The model's verdict on the face.
        after: Its verdict on the face after the attack.
        truth: The class that the attack drives away from.
        target: The class that it drives towards, if it has one.
        truth_known: Whether that first class is the true one, and not only the model's own answer.
        moved: Whether the attack changed the picture.
    """

    def reached(verdict: Verdict) -> bool:
        return verdict.label != truth if target is None else verdict.label == target

    if before.unsure:
        return Outcome.UNSURE
    if reached(before):
        return Outcome.ALREADY_WRONG
    if after.unsure:
        return Outcome.UNSURE
    if reached(after):
        return Outcome.FOOLED if truth_known else Outcome.CHANGED
    if not moved:
        return Outcome.UNMOVED
    return Outcome.HELD if truth_known else Outcome.UNCHANGED
