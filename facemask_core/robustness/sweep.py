"""One face under every epsilon of the slider."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemask_core import cores
from facemask_core.attacks import AdversarialBatch, Attack
from facemask_core.attacks.norms import distances
from facemask_core.epsilons import Grid, grid
from facemask_core.errors import AttackError
from facemask_core.labels import LABELS
from facemask_core.models.classifier import Classifier, probabilities
from facemask_core.pictures import images

_SAME = 1e-6
"""Images nearer than this in every value are the same 8-bit image in two roundings."""


@dataclass(frozen=True, eq=False)
class Sweep:
    """One face attacked at rising epsilons, as 8-bit images: what is shown is what was classed.

    Attributes:
        grid: What the epsilons are counted on.
        notches: int64 (k,), the epsilons.
        attacked: uint8 (k, 224, 224, 3).
        logits: float32 (k, 2), the model's answers to ``attacked``.
        label: The true class the attack was told.
        gradient_calls: Gradients the attack asked of the model, for all epsilons together.
        dead_gradients: How many of the rows met a gradient that was zero or not finite.
        threat_model: The attack's statement of the sweep, at the largest epsilon.
    """

    grid: Grid
    notches: NDArray[np.int64]
    attacked: NDArray[np.uint8]
    logits: NDArray[np.float32]
    label: int
    gradient_calls: int
    dead_gradients: int
    threat_model: dict[str, Any]

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
        """Bool (k,): where the prediction is not the true class."""
        return self.logits.argmax(axis=1) != self.label

    @property
    def smallest_fooling_notch(self) -> int | None:
        """The smallest of the notches that fools the model, if one does."""
        return int(self.notches[self.fooled.argmax()]) if self.fooled.any() else None

    def lengths(self, face: NDArray[np.uint8]) -> NDArray[np.float64]:
        """float64 (k,): how far each picture lies from the face, in L2 over values in [0, 1].

        Rounding to 8 bits may carry a picture a little beyond an L2 attack's epsilon.

        Args:
            face: uint8 (224, 224, 3), what was attacked.
        """
        originals = np.broadcast_to(images.to_float(face), self.attacked.shape)
        return distances(images.to_float(self.attacked), originals, "l2")


def grid_of(attack: Attack) -> Grid:
    """The slider an attack moves along, in its own norm."""
    return grid(str(attack.threat_model(0.0)["norm"]))


def epsilon_sweep(
    classifier: Classifier,
    face: NDArray[np.uint8],
    label: int,
    attack: Attack,
    *,
    notches: Sequence[int] | None = None,
    seed: int = 0,
) -> Sweep:
    """Attacks one face at every epsilon of the slider.

    FGSM asks for a single gradient and a single batch of answers. PGD makes the whole attack at
    the smallest epsilon above 0 and goes on from its answer to the epsilon before, so that the
    face never fares better at a larger one, but for the rounding to 8 bits.

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
    return _joined(
        list(epsilon_sweep_parts(classifier, face, label, attack, notches=notches, seed=seed))
    )


def epsilon_sweep_parts(
    classifier: Classifier,
    face: NDArray[np.uint8],
    label: int,
    attack: Attack,
    *,
    notches: Sequence[int] | None = None,
    seed: int = 0,
) -> Iterator[Sweep]:
    """As :func:`epsilon_sweep`, but each part can be shown while the next is being computed.

    The input is checked before the first part is asked for. FGSM has one part, which holds every
    notch; the others have one a notch.
    """
    axis = grid_of(attack)
    wanted = axis.notches if notches is None else notches
    if wanted:  # refused before a list of them fills the memory
        attack.check_epsilon(axis.epsilon(wanted[-1]), classifier.input_shape)
    chosen = list(wanted)
    stated = attack.sweep_threat_model(axis.epsilon(chosen[-1]) if chosen else 0.0, seed)
    target = stated.get("target")
    if target is not None and target == label:
        raise AttackError(f"This face already counts as {LABELS[target]}; target the other class.")
    parts = attack.sweep_parts(
        classifier, images.to_float(face), label, [axis.epsilon(n) for n in chosen], seed=seed
    )
    return _as_shown(classifier, face, label, axis, chosen, parts, stated)


def _rounded(
    face: NDArray[np.uint8], found: tuple[NDArray[np.float32], float]
) -> tuple[NDArray[np.uint8], float]:
    """An attacked image as 8 bits, still within its epsilon, and how far that moved it at most."""
    image, epsilon = found
    # An L2 ball lies inside the L-infinity ball of its radius.
    picture = images.to_uint8_within(image, face, epsilon)
    return picture, float(np.abs(images.to_float(picture) - image).max())


def _as_shown(
    classifier: Classifier,
    face: NDArray[np.uint8],
    label: int,
    axis: Grid,
    notches: Sequence[int],
    parts: Iterator[AdversarialBatch],
    stated: dict[str, Any],
) -> Iterator[Sweep]:
    """Rounds what an attack found to 8 bits, and judges it again wherever that changed it."""
    done = 0
    for found in parts:
        own = notches[done : done + len(found.images)]
        done += len(own)
        rounded = partial(_rounded, face)
        reached = [axis.epsilon(notch) for notch in own]
        pictures = cores.map_rows(rounded, list(zip(found.images, reached, strict=True)))
        attacked = np.stack([picture for picture, _ in pictures])
        differs = np.array([moved > _SAME for _, moved in pictures])
        logits = found.logits.copy()
        if differs.any():
            logits[differs] = classifier.predict(images.to_float(attacked[differs]))
        yield Sweep(
            grid=axis,
            notches=np.array(own, np.int64),
            attacked=attacked,
            logits=logits,
            label=label,
            gradient_calls=int(found.gradient_calls.sum()),
            dead_gradients=found.dead_gradients,
            threat_model=stated,
        )


def _joined(parts: Sequence[Sweep]) -> Sweep:
    return replace(
        parts[0],
        notches=np.concatenate([part.notches for part in parts]),
        attacked=np.concatenate([part.attacked for part in parts]),
        logits=np.concatenate([part.logits for part in parts]),
        gradient_calls=sum(part.gradient_calls for part in parts),
        dead_gradients=sum(part.dead_gradients for part in parts),
    )
