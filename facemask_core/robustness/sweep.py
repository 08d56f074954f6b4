"""Attacks one face at every epsilon of the slider."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemask_core import cores
from facemask_core.attacks import AdversarialBatch, Attack
from facemask_core.attacks.base import SweepPart
from facemask_core.attacks.norms import distances
from facemask_core.epsilons import Grid, grid
from facemask_core.errors import AttackError
from facemask_core.evaluation.verdicts import Verdict
from facemask_core.labels import LABELS
from facemask_core.models.classifier import Classifier, probabilities
from facemask_core.pictures import images

_SAME = 1e-6
"""Images nearer than this in every value are the same 8-bit image in two roundings."""


@dataclass(frozen=True, eq=False)
class Sweep:
    """An attack on one face at rising epsilons, as 8-bit images, which the model classifies.

    Attributes:
        grid: The grid of the epsilons.
        notches: int64 (k,), the epsilons on that grid.
        adversarial: uint8 (k, 224, 224, 3).
        logits: float32 (k, 2), the model's answers to ``adversarial``.
        label: The class that the attack takes for true.
        gradient_calls: How many gradients of the model the attack computed for all epsilons.
        dead_gradients: At how many epsilons a gradient was zero or not finite.
        threat_model: The attack's statement of the sweep, at the largest epsilon.
        rounded_away: Bool (k,), where the attack changed the face, but in 8 bits it is the
            original again.
        unmoved: Bool (k,), where the picture is the original and does not fool: it says nothing of
            robustness. At epsilon 0 that is how it must be.
        unsure_below: The confidence below which the model is unsure; None for one that never is.
    """

    grid: Grid
    notches: NDArray[np.int64]
    adversarial: NDArray[np.uint8]
    logits: NDArray[np.float32]
    label: int
    gradient_calls: int
    dead_gradients: int
    threat_model: dict[str, Any]
    rounded_away: NDArray[np.bool_]
    unmoved: NDArray[np.bool_]
    unsure_below: float | None = None

    @property
    def probabilities(self) -> NDArray[np.float64]:
        """float64 (k, 2): the probability of each class."""
        return probabilities(self.logits)

    @property
    def confidence(self) -> NDArray[np.float64]:
        """float64 (k,): the probability given to the true class."""
        return self.probabilities[:, self.label]

    @property
    def fooled(self) -> NDArray[np.bool_]:
        """Bool (k,): whether the prediction differs from ``label``, and the model is not unsure."""
        return (self.logits.argmax(axis=1) != self.label) & ~self.unsure

    @property
    def unsure(self) -> NDArray[np.bool_]:
        """Bool (k,): whether the model's confidence is too little for a verdict."""
        return self.probabilities.max(axis=1) < (self.unsure_below or 0.0)

    @property
    def smallest_fooling_notch(self) -> int | None:
        """The smallest of the notches that fools the model, if one does.

        None too where the model is wrong or unsure at epsilon 0 already: no attack made it so.
        """
        doubtful = self.fooled | self.unsure
        if not self.fooled.any() or (doubtful & (self.notches == 0)).any():
            return None
        return int(self.notches[self.fooled.argmax()])

    def verdict(self, row: int) -> Verdict:
        """The model's verdict at one of the notches.

        Args:
            row: The notch's place among them.
        """
        first, second = self.probabilities[row].tolist()
        return Verdict(int(self.logits[row].argmax()), (first, second), self.unsure_below)

    def lengths(self, face: NDArray[np.uint8]) -> NDArray[np.float64]:
        """float64 (k,): the L2 distance of each picture from the face, over values in [0, 1].

        Rounding to 8 bits may carry a picture a little beyond an L2 attack's epsilon.

        Args:
            face: uint8 (224, 224, 3), the face before the attack.
        """
        originals = np.broadcast_to(images.to_float(face), self.adversarial.shape)
        return distances(images.to_float(self.adversarial), originals, "l2")


def grid_of(attack: Attack) -> Grid:
    """The grid of an attack's slider, in the attack's norm."""
    return grid(str(attack.threat_model(0.0)["norm"]))


def sweep_epsilons(
    classifier: Classifier,
    face: NDArray[np.uint8],
    label: int,
    attack: Attack,
    *,
    notches: Sequence[int] | None = None,
    seed: int = 0,
) -> Sweep:
    """Attacks one face at every epsilon of the slider.

    FGSM needs a single gradient and a single batch of predictions. PGD makes the whole attack at a
    few epsilons, and at each other one starts from the result at the next larger one; a larger
    epsilon is never weaker than a smaller one, except for the rounding to 8 bits.

    Args:
        classifier: The model under attack.
        face: uint8 (224, 224, 3); not changed.
        label: Its true class.
        attack: The attack; its norm decides the grid.
        notches: Epsilons on that grid, rising; None for those of the slider.
        seed: Seed of all randomness.

    Raises:
        AttackError: The attack's target is the true class, or the input is outside the contract.
    """
    return _join(
        list(sweep_epsilons_in_parts(classifier, face, label, attack, notches=notches, seed=seed))
    )


def sweep_epsilons_in_parts(
    classifier: Classifier,
    face: NDArray[np.uint8],
    label: int,
    attack: Attack,
    *,
    notches: Sequence[int] | None = None,
    seed: int = 0,
) -> Iterator[Sweep]:
    """As :func:`sweep_epsilons`, but each part can be shown while the next is being computed.

    The input is checked before the first part is computed. FGSM has one part with every notch. The
    others have one part a notch, a few far apart first. The last of PGD may bring notches again,
    with the picture of a smaller one that is stronger; then the later answer counts.
    """
    axis = grid_of(attack)
    sequence = axis.notches if notches is None else notches
    if sequence:  # too large an epsilon is refused before a list of notches fills the memory
        attack.check_epsilon(axis.epsilon(sequence[-1]), classifier.input_shape)
    numbers = list(sequence)
    threat_model = attack.sweep_threat_model(axis.epsilon(numbers[-1]) if numbers else 0.0, seed)
    target = threat_model.get("target")
    if target is not None and target == label:
        raise AttackError(f"This face already counts as {LABELS[target]}; target the other class.")
    parts = attack.sweep_parts(
        classifier, images.to_float(face), label, [axis.epsilon(n) for n in numbers], seed=seed
    )
    return _round_parts(classifier, face, label, axis, numbers, parts, threat_model)


def _round(
    part: AdversarialBatch,
    face: NDArray[np.uint8],
    epsilons: Sequence[float],
    adversarial: NDArray[np.uint8],
    row: int,
) -> bool:
    """Rounds one image to 8 bits within its epsilon; tells whether that changes it.

    Args:
        part: The attack's images.
        face: uint8 (224, 224, 3), before the attack.
        epsilons: The radius of each image.
        adversarial: uint8 (n, 224, 224, 3), where the rounded image is put.
        row: Which image.
    """
    # An L2 ball lies inside the L-infinity ball of its radius.
    adversarial[row] = images.to_uint8_within(part.images[row], face, epsilons[row])
    return bool(np.abs(images.to_float(adversarial[row]) - part.images[row]).max() > _SAME)


def _round_parts(
    classifier: Classifier,
    face: NDArray[np.uint8],
    label: int,
    axis: Grid,
    notches: Sequence[int],
    parts: Iterator[SweepPart],
    threat_model: dict[str, Any],
) -> Iterator[Sweep]:
    """Rounds an attack's images to 8 bits, and classifies again those that this changes."""
    for places, part in parts:
        own = [notches[place] for place in places]
        adversarial = np.empty(part.images.shape, np.uint8)
        rounding = partial(_round, part, face, [axis.epsilon(n) for n in own], adversarial)
        differs = np.array(cores.map_rows(rounding, range(len(own))), np.bool_)
        logits = part.logits.copy()
        if differs.any():
            logits[differs] = classifier.predict(images.to_float(adversarial[differs]))
        is_original = (adversarial == face).all(axis=(1, 2, 3))
        yield Sweep(
            grid=axis,
            notches=np.array(own, np.int64),
            adversarial=adversarial,
            logits=logits,
            label=label,
            gradient_calls=int(part.gradient_calls.sum()),
            dead_gradients=part.dead_gradients,
            threat_model=threat_model,
            rounded_away=(part.linf > 0.0) & is_original,
            unmoved=is_original & (logits.argmax(axis=1) == label),
            unsure_below=classifier.card.unsure_below,
        )


def _join(parts: Sequence[Sweep]) -> Sweep:
    """Joins the parts in the order of the notches; the last answer at a notch counts."""
    notches = np.concatenate([part.notches for part in parts])
    last = {int(notch): row for row, notch in enumerate(notches)}
    order = [last[notch] for notch in sorted(last)]
    return replace(
        parts[0],
        notches=notches[order],
        adversarial=np.concatenate([part.adversarial for part in parts])[order],
        logits=np.concatenate([part.logits for part in parts])[order],
        gradient_calls=sum(part.gradient_calls for part in parts),
        dead_gradients=sum(part.dead_gradients for part in parts),
        rounded_away=np.concatenate([part.rounded_away for part in parts])[order],
        unmoved=np.concatenate([part.unmoved for part in parts])[order],
    )
