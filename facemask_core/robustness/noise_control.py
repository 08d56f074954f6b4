"""The control group of a sweep: random noise of the same size as the attack."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from facemask_core.attacks.noise import Noise
from facemask_core.epsilons import Grid
from facemask_core.models.classifier import Classifier, probabilities
from facemask_core.pictures import images


def measure_noise_control(
    classifier: Classifier,
    face: NDArray[np.uint8],
    grid: Grid,
    notches: Sequence[int],
    *,
    seed: int = 0,
) -> NDArray[np.float64]:
    """Classifies a face with uniform random noise, as 8-bit images, in a single batch.

    A sweep with the attack ``noise`` gives the same answers, but classifies every image twice,
    before and after rounding.

    Args:
        classifier: The model.
        face: uint8 (224, 224, 3); not changed.
        grid: The grid of the sizes of the noise, and its norm.
        notches: The sizes on that grid.
        seed: Seed of all randomness.

    Returns:
        float64 (k, 2): the probability of each class at each notch.
    """
    pixels, noise = images.to_float(face)[None], Noise(norm=grid.norm)
    noisy = [
        images.to_uint8_within(noise.add_noise(pixels, epsilon, seed)[0], face, epsilon)
        for epsilon in map(grid.epsilon, notches)
    ]
    return probabilities(classifier.predict(images.to_float(np.stack(noisy))))
