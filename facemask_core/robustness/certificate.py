"""A guarantee in place of an attack: randomised smoothing (Cohen et al. 2019, arXiv:1902.02918).

The smoothed model answers what the model says most often when Gaussian noise is added to the
pixels. How clear that majority is bounds how far any perturbation has to go in L2 to turn it, also
one that nobody has thought of. The bound is statistical: it is wrong with a stated probability.
It holds for the smoothed model alone, which asks the model many times for each answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta, norm

from facemask_core.attacks.base import check_seed
from facemask_core.attacks.restarts import own_generators
from facemask_core.errors import AttackError
from facemask_core.labels import LABELS
from facemask_core.models.classifier import Classifier
from facemask_core.pictures import images

_BATCH = 64
_MOST_SAMPLES = 1_000_000

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Smoothing:
    """How a model is smoothed, and how sure its certificates are.

    Attributes:
        sigma: Deviation of the noise on the [0, 1] pixel scale; the pixels are cut to it after.
        samples: Noisy copies that the certificate counts.
        selection: Other noisy copies, which choose the class that it is about.
        failure: Probability that a certificate is wrong.
    """

    sigma: float = 0.25
    samples: int = 1000
    selection: int = 100
    failure: float = 0.001

    def __post_init__(self) -> None:
        if not 0 < self.sigma <= 10:
            raise AttackError(f"Sigma is {self.sigma:g}; give one above 0, at most 10.")
        for count in (self.samples, self.selection):
            if not 1 <= count <= _MOST_SAMPLES:
                raise AttackError(
                    f"{count} noisy copies are asked for; give a number from 1 to {_MOST_SAMPLES}."
                )
        if not 0 < self.failure < 0.5:
            raise AttackError(
                f"The probability of a wrong certificate is {self.failure:g}; give one above 0 and "
                "below 0.5."
            )

    @property
    def largest_radius(self) -> float:
        """The radius if every copy gets the same answer; no certificate reaches further."""
        return self.radius(self.samples)

    def radius(self, votes: int) -> float:
        """Computes the certified radius for so many votes, in L2 on the [0, 1] scale.

        The lower end of Clopper and Pearson's one-sided interval takes the place of the unknown
        probability (Cohen et al. 2019, equation 3 with the other class's at most the rest).

        Returns:
            The radius; 0 where the majority is not certain.
        """
        lower = float(beta.ppf(self.failure, votes, self.samples - votes + 1)) if votes else 0.0
        return self.sigma * float(norm.ppf(lower)) if lower > 0.5 else 0.0


@dataclass(frozen=True)
class Certificate:
    """What is guaranteed of the smoothed model's answer to one face.

    Attributes:
        label: The class that it answers; None where the majority is not certain.
        radius: No perturbation of smaller L2 length changes the answer; 0 without one.
        votes: How many noisy copies got each class, in the order of the labels.
    """

    label: int | None
    radius: float
    votes: tuple[int, int]

    def as_dict(self) -> dict[str, Any]:
        """The certificate, fit for JSON."""
        name = None if self.label is None else LABELS[self.label]
        return {"label": name, "radius": self.radius, "votes": list(self.votes)}


def certify(
    classifier: Classifier,
    face: NDArray[np.uint8],
    smoothing: Smoothing,
    *,
    seed: int = 0,
    progress: Progress = lambda *_: None,
) -> Certificate:
    """Certifies the smoothed model's answer to one face.

    Args:
        classifier: The model that is smoothed.
        face: uint8 (224, 224, 3); not changed.
        smoothing: The noise and the numbers of copies.
        seed: Seed of the noise.
        progress: Called with the noisy copies done and those in all.

    Raises:
        AttackError: The face has another shape than the model's images, or the seed is negative.
    """
    pixels = images.to_float(face)
    (rng,) = own_generators(pixels[None], check_seed(seed), 0)
    total = smoothing.selection + smoothing.samples

    def count(copies: int, before: int) -> NDArray[np.int64]:
        votes = np.zeros(len(LABELS), np.int64)
        for part in answer_noisy(classifier, pixels, smoothing.sigma, copies, rng):
            votes += part
            progress(before + int(votes.sum()), total)
        return votes

    label = int(count(smoothing.selection, 0).argmax())
    votes = count(smoothing.samples, smoothing.selection)
    radius = smoothing.radius(int(votes[label]))
    return Certificate(label if radius > 0 else None, radius, (int(votes[0]), int(votes[1])))


def answer_noisy(
    classifier: Classifier,
    pixels: NDArray[np.float32],
    sigma: float,
    copies: int,
    rng: np.random.Generator,
) -> Iterator[NDArray[np.int64]]:
    """Counts a model's answers to noisy copies of an image.

    Args:
        classifier: The model.
        pixels: float32 (224, 224, 3) in [0, 1].
        sigma: Deviation of the noise.
        copies: How many copies.
        rng: Where the noise comes from.

    Yields:
        int64 (2,), the answers of each class, a batch of copies at a time.
    """
    for start in range(0, copies, _BATCH):
        count = min(_BATCH, copies - start)
        noisy = add_noise(pixels, sigma, count, rng)
        yield np.bincount(classifier.predict(noisy).argmax(axis=1), minlength=len(LABELS))


def add_noise(
    pixels: NDArray[np.float32], sigma: float, copies: int, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Makes noisy copies of an image, cut to [0, 1], which is a part of the smoothed model."""
    noise = rng.standard_normal((copies, *pixels.shape), np.float32)
    return np.clip(pixels + np.float32(sigma) * noise, 0, 1)


def state(smoothing: Smoothing) -> dict[str, Any]:
    """States what a reader of a certificate needs to know, fit for JSON."""
    return {
        "guarantee": "randomised smoothing",
        "source": "Cohen et al. 2019, arXiv:1902.02918",
        "norm": "l2",
        **asdict(smoothing),
        "largest_radius": smoothing.largest_radius,
    }
