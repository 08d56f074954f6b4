"""What an attack is: settings in, adversarial examples with their bookkeeping out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from facemask_core.attacks.norms import distances
from facemask_core.attacks.sweep_order import order_sweep
from facemask_core.errors import AttackError
from facemask_core.labels import LABELS
from facemask_core.models.classifier import BUCKETS, Classifier

MAX_STEPS = 10_000
"""The most steps an attack may be set to take."""
SHORTEST_STEP, LONGEST_STEP = 1e-7, 1e6
"""Steps between which an attack can move: float32 loses shorter ones, and longer ones overflow."""
GRADIENT_PASSES = 2.5
"""How many passes through a model take as long as a gradient; 2.1 to 2.7 were measured on two
cores."""


@dataclass(frozen=True, eq=False)
class AdversarialBatch:
    """The adversarial examples of an attack, image by image, in the order of its input.

    Attributes:
        images: float32 (n, 224, 224, 3) in [0, 1], inside the ball.
        logits: float32 (n, 2), the model's answer to ``images``.
        labels: int64 (n,), the true classes, as the caller gave them.
        success: bool (n,). Untargeted: the prediction differs from the true label, also where it
            did so before the attack. Targeted: the prediction is the target.
        linf: float64 (n,), largest change of a pixel value.
        l2: float64 (n,), Euclidean length of the change.
        iterations: int64 (n,), steps that led to the returned image, within its own restart.
        gradient_calls: int64 (n,), gradients the attack took of the model for this image.
        dead: bool (n,), which images met a gradient that was zero or not finite.
    """

    images: NDArray[np.float32]
    logits: NDArray[np.float32]
    labels: NDArray[np.int64]
    success: NDArray[np.bool_]
    linf: NDArray[np.float64]
    l2: NDArray[np.float64]
    iterations: NDArray[np.int64]
    gradient_calls: NDArray[np.int64]
    dead: NDArray[np.bool_]

    @property
    def dead_gradients(self) -> int:
        """How many images met a gradient that was zero or not finite."""
        return int(self.dead.sum())

    @property
    def predictions(self) -> NDArray[np.int64]:
        """int64 (n,): the class the model gives each adversarial example."""
        return self.logits.argmax(axis=1)


@dataclass(frozen=True, kw_only=True)
class Attack(ABC):
    """A threat model with its settings; frozen, so that one object can serve every visitor."""

    name: ClassVar[str]
    title: ClassVar[str]
    knowledge: ClassVar[str] = "white box"
    """What the attacker knows of the model: white box for its gradients, black box for answers."""

    @property
    def uses_seed(self) -> bool:
        """Whether anything about the attack is random, so that its seed matters."""
        return False

    @property
    def batch_size(self) -> int:
        """How many images an evaluation passes at once: as many as one program takes."""
        return BUCKETS[-1]

    @property
    def passes(self) -> float:
        """The most passes through a model that one image takes; gradients count for several."""
        return GRADIENT_PASSES + 1

    @property
    def passes_once(self) -> float:
        """The passes through a model that come once, before any image, however many there are."""
        return 0.0

    def queried_models(self, classifier: Classifier) -> tuple[Classifier, ...]:
        """Lists every model the attack queries: the one under attack, and perhaps others."""
        return (classifier,)

    def __call__(
        self,
        classifier: Classifier,
        images: NDArray[np.floating],
        labels: NDArray[np.integer],
        *,
        epsilon: float,
        seed: int = 0,
    ) -> AdversarialBatch:
        """Attacks images.

        Args:
            classifier: The model under attack; not changed.
            images: Float (n, 224, 224, 3) in [0, 1]; not changed.
            labels: Integer (n,), the true classes.
            epsilon: Radius of the ball: on the [0, 1] pixel scale for L-infinity, the Euclidean
                length over all pixels for L2.
            seed: Seed of all randomness. An image's random start depends on the seed and its own
                pixels alone, so neither batch size nor order changes it.

        Returns:
            The adversarial examples; empty input gives an empty batch.

        Raises:
            AttackError: The input or epsilon is outside the contract.
        """
        pixels = classifier.check_images(images)
        classes = check_labels(labels, len(pixels))
        radius = self.check_epsilon(epsilon, classifier.input_shape)
        return self._attack(classifier, pixels, classes, radius, check_seed(seed))

    def sweep(
        self,
        classifier: Classifier,
        image: NDArray[np.floating],
        label: int,
        epsilons: Sequence[float],
        *,
        seed: int = 0,
    ) -> AdversarialBatch:
        """Attacks one image at several epsilons, sharing what can be shared between them.

        Args:
            classifier: The model under attack; not changed.
            image: Float (224, 224, 3) in [0, 1]; not changed.
            label: Its true class.
            epsilons: The radii, in rising order.
            seed: Seed of all randomness.

        Returns:
            One row an epsilon, in their order.

        Raises:
            AttackError: The input or an epsilon is outside the contract, or they do not rise.
        """
        parts = self.sweep_parts(classifier, image, label, epsilons, seed=seed)
        return join_parts(list(parts), len(epsilons))

    def sweep_parts(
        self,
        classifier: Classifier,
        image: NDArray[np.floating],
        label: int,
        epsilons: Sequence[float],
        *,
        seed: int = 0,
    ) -> Iterator[SweepPart]:
        """Sweeps as :meth:`sweep` does, but part by part, so that a page can show each at once.

        The input is checked by the call itself, before the first part is computed. Every part
        says which epsilons it answers: a few far apart come first, and those between them later.
        An epsilon may come again, with a stronger answer.
        """
        pixels = classifier.check_images(np.asarray(image)[None])
        classes = check_labels(np.array([label]), 1)
        radii = [self.check_epsilon(epsilon, classifier.input_shape) for epsilon in epsilons]
        if not radii or radii != sorted(radii):
            raise AttackError("A sweep needs at least one epsilon, and they must rise.")
        return self._sweep(classifier, pixels, classes, radii, check_seed(seed))

    def _sweep(
        self,
        classifier: Classifier,
        images: NDArray[np.float32],
        labels: NDArray[np.int64],
        epsilons: Sequence[float],
        seed: int,
    ) -> Iterator[SweepPart]:
        """Attacks a checked batch of one image; families that share work do so here."""
        for place in order_sweep(epsilons):
            batch = self._attack(classifier, images, labels, epsilons[place], seed)
            yield SweepPart((place,), batch)

    def check_epsilon(self, epsilon: float, shape: tuple[int, ...]) -> float:
        """Checks an epsilon for images of a shape (height, width, 3), and returns it as a float.

        Raises:
            AttackError: It is negative, not finite, or beyond what pixel values allow.
        """
        largest = self.largest_epsilon(shape)
        if not 0.0 <= epsilon <= largest:
            raise AttackError(
                f"Epsilon is {epsilon:g}; for {self.name} it must lie from 0 to {largest:g}."
            )
        return float(epsilon)

    def longest_way(self, epsilon: float) -> float:
        """Returns how far the settings let an image move, in the attack's norm; at most epsilon."""
        return epsilon

    @abstractmethod
    def largest_epsilon(self, shape: tuple[int, ...]) -> float:
        """Returns the epsilon above which an attack on images of a shape gains nothing."""

    @abstractmethod
    def _attack(
        self,
        classifier: Classifier,
        images: NDArray[np.float32],
        labels: NDArray[np.int64],
        epsilon: float,
        seed: int,
    ) -> AdversarialBatch:
        """Attacks checked input."""

    def threat_model(self, epsilon: float, seed: int = 0) -> dict[str, Any]:
        """States every setting that a reader of this attack's figures needs to know.

        Args:
            epsilon: Radius of the ball.
            seed: Seed of all randomness.

        Returns:
            A dictionary of plain values, fit for JSON.
        """
        return {
            "attack": self.name,
            "knowledge": self.knowledge,
            "epsilon": float(epsilon),
            "seed": int(seed),
            **asdict(self),
        }

    def sweep_threat_model(self, epsilon: float, seed: int = 0) -> dict[str, Any]:
        """States the settings like :meth:`threat_model`, and how a sweep differs from one attack.

        Args:
            epsilon: The largest radius.
            seed: Seed of all randomness.
        """
        return self.threat_model(epsilon, seed)


class SweepPart(NamedTuple):
    """The answers of a sweep at one epsilon or several.

    Attributes:
        places: Which epsilons, as places in the list of all.
        batch: One row for each of them.
    """

    places: tuple[int, ...]
    batch: AdversarialBatch


def join_batches(batches: Sequence[AdversarialBatch]) -> AdversarialBatch:
    """Concatenates batches in their order; at least one is needed."""
    names = [field.name for field in fields(AdversarialBatch)]
    return AdversarialBatch(
        **{name: np.concatenate([getattr(batch, name) for batch in batches]) for name in names}
    )


def join_parts(parts: Sequence[SweepPart], count: int) -> AdversarialBatch:
    """Puts the parts of a sweep into the order of its epsilons.

    Where an epsilon came twice, the later answer counts, and the gradients of both.

    Args:
        parts: All parts of a sweep.
        count: How many epsilons it has.
    """
    rows = join_batches([part.batch for part in parts])
    places = np.concatenate([part.places for part in parts])
    last = {int(place): row for row, place in enumerate(places)}
    order = [last[place] for place in range(count)]
    chosen = {field.name: getattr(rows, field.name)[order] for field in fields(AdversarialBatch)}
    for name in ("gradient_calls", "dead"):
        values = getattr(rows, name)
        chosen[name] = np.bincount(places, values, count).astype(values.dtype)
    return AdversarialBatch(**chosen)


def check_seed(seed: int) -> int:
    """Checks a seed, and returns it as an int.

    Raises:
        AttackError: It is no whole number from 0 on.
    """
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise AttackError(f"The seed must be a whole number from 0; it is {seed!r}.")
    return int(seed)


def check_labels(labels: NDArray[np.integer], count: int) -> NDArray[np.int64]:
    """Checks the true classes of a number of images, and returns them as int64.

    Args:
        labels: The classes as the caller gave them; never changed.
        count: How many images they belong to.

    Raises:
        AttackError: Their number or type is wrong, or one is no class.
    """
    array = np.asarray(labels)
    if array.shape != (count,):
        raise AttackError(f"Labels have shape {array.shape}; {count} images need ({count},).")
    if array.dtype.kind not in "iu" and array.size:
        raise AttackError(f"Labels have type {array.dtype}; they must be whole numbers.")
    if array.size and not (array.min() >= 0 and array.max() < len(LABELS)):
        raise AttackError(f"Labels must be 0 ({LABELS[0]}) or 1 ({LABELS[1]}).")
    return array.astype(np.int64)


def check_target(target: int | None) -> None:
    """Checks the class a targeted attack shall reach.

    Raises:
        AttackError: It is no class.
    """
    if target is not None and target not in range(len(LABELS)):
        raise AttackError(f"The target is {target!r}; it must be 0 or 1.")


def check_step(name: str, length: float) -> None:
    """Checks a length by which an attack moves in one step.

    Args:
        name: What the setting is called in a sentence.
        length: Its value.

    Raises:
        AttackError: The attack would stand still, and the model would seem robust.
    """
    if not SHORTEST_STEP <= length <= LONGEST_STEP:
        raise AttackError(
            f"The {name} is {length:g}, with which the attack cannot move; give one from "
            f"{SHORTEST_STEP:g} to {LONGEST_STEP:g}, or leave it at its default."
        )


def wanted_classes(labels: NDArray[np.int64], target: int | None) -> NDArray[np.int64]:
    """Returns the class each image shall be taken for, int64 (n,): target or other class."""
    return 1 - labels if target is None else np.full_like(labels, target)


def directions(labels: NDArray[np.int64], target: int | None) -> NDArray[np.float32]:
    """Returns +1 at the class whose logit shall rise and -1 at the other, float32 (n, 2)."""
    signs = 2.0 * np.eye(len(LABELS))[wanted_classes(labels, target)] - 1.0
    return signs.astype(np.float32)


def leads(
    logits: NDArray[np.float32], labels: NDArray[np.int64], target: int | None
) -> NDArray[np.float32]:
    """Returns by how much the wanted class's logit exceeds the other's, float32 (n,)."""
    return (logits * directions(labels, target)).sum(axis=1)


def reaches_goal(
    logits: NDArray[np.float32], labels: NDArray[np.int64], target: int | None
) -> NDArray[np.bool_]:
    """Says which images reach the attack's goal: away from the label, or at the target."""
    predictions = logits.argmax(axis=1)
    return predictions != labels if target is None else predictions == target


def complete_batch(
    images: NDArray[np.float32],
    originals: NDArray[np.float32],
    logits: NDArray[np.float32],
    labels: NDArray[np.int64],
    *,
    target: int | None,
    iterations: NDArray[np.int64],
    gradient_calls: NDArray[np.int64],
    dead: NDArray[np.bool_],
) -> AdversarialBatch:
    """Makes an attack's batch, and computes success and distances for it."""
    return AdversarialBatch(
        images=images,
        logits=logits,
        labels=labels,
        success=reaches_goal(logits, labels, target),
        linf=distances(images, originals, "linf"),
        l2=distances(images, originals, "l2"),
        iterations=iterations,
        gradient_calls=gradient_calls,
        dead=dead,
    )
