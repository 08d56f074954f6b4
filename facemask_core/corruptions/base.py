"""What a corruption is: a change of a picture that happens without an attacker, and its dial."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from facemask_core.errors import CorruptionError
from facemask_core.pictures import images

SEVERITIES = (1, 2, 3, 4, 5)
"""The strengths of every table, after Hendrycks & Dietterich 2019 (arXiv:1903.12261)."""
SEVEREST = float(SEVERITIES[-1])
"""The end of every dial."""


@dataclass(frozen=True, kw_only=True)
class Corruption(ABC):
    """A change such as noise, darkness or distance, with its settings; frozen, so all share it.

    A dial goes by strength, from 0 (the picture as it is) to 5. At 1, 2, 3, 4 and 5 it has the
    values of the five severities, in a unit of its own; between them the value is interpolated. So
    half a dial means a middling danger for every corruption, whatever its unit.

    Attributes:
        name: Its name in commands and files.
        title: Its name on the screen.
        meaning: What its values mean, in a few words.
        written: How a value is written, as a format.
        start: The value at which nothing changes.
        severities: The values at the strengths 1 to 5.
        label: The only class whose pictures count in a table; None where both do.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    meaning: ClassVar[str]
    written: ClassVar[str]
    start: ClassVar[float]
    severities: ClassVar[tuple[float, float, float, float, float]]
    label: ClassVar[int | None] = None

    def value(self, strength: float) -> float:
        """The dial's value at a strength, in the corruption's own unit.

        Args:
            strength: From 0 to 5.

        Raises:
            CorruptionError: The strength lies outside the dial.
        """
        values = (self.start, *self.severities)
        return float(np.interp(check_strength(strength), range(len(values)), values))

    def describe(self, strength: float) -> str:
        """Writes the dial's value at a strength, such as ``quality 15``.

        Args:
            strength: From 0 to 5.

        Raises:
            CorruptionError: The strength lies outside the dial.
        """
        return self.written.format(self.value(strength))

    def apply(self, image: NDArray[Any], strength: float, seed: int = 0) -> NDArray[Any]:
        """Changes a picture.

        What is random (noise, the side of a rotation, the place and colour of a box) follows from
        the seed and the picture's own pixels. It is the same at every strength of a dial.

        Args:
            image: uint8 (height, width, 3), RGB, or floats in [0, 1] of that shape; not changed.
                Lengths in pixels are meant for a side of 224.
            strength: From 0, which returns the picture as it is, to 5.
            seed: Seed of all randomness, from 0.

        Returns:
            A picture of the same shape, on the grid of 8 bits: uint8 for uint8, float32 for floats.

        Raises:
            CorruptionError: The picture, the strength or the seed is outside the contract.
        """
        _check_image(image)
        value = self.value(strength)
        levels = image if image.dtype == np.uint8 else images.to_uint8(image)
        rng = _own_generator(levels, check_seed(seed))
        changed = levels.copy() if strength == 0 else self._change(levels, value, rng)
        return changed if image.dtype == np.uint8 else images.to_float(changed)

    @abstractmethod
    def _change(
        self, image: NDArray[np.uint8], value: float, rng: np.random.Generator
    ) -> NDArray[np.uint8]:
        """Changes a picture that :meth:`apply` has checked.

        Args:
            image: uint8 (height, width, 3), RGB; not to be changed.
            value: The dial's value.
            rng: Source of all randomness; what is drawn from it must not depend on ``value``.
        """

    def statement(self) -> dict[str, Any]:
        """States what a reader of this corruption's figures needs to know, fit for JSON."""
        return {"corruption": self.name, **asdict(self), "severities": list(self.severities)}


def check_strength(strength: float) -> float:
    """Checks a strength, and returns it as a float.

    Raises:
        CorruptionError: It is no number from 0 to 5.
    """
    if not 0.0 <= strength <= SEVEREST:
        raise CorruptionError(
            f"The strength is {strength:g}; give a number from 0 (no change) to {SEVEREST:g}."
        )
    return float(strength)


def to_levels(values: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Rounds levels from 0 to 255 to whole ones, and cuts off what lies beyond."""
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def _check_image(image: NDArray[Any]) -> None:
    known = image.dtype == np.uint8 or np.issubdtype(image.dtype, np.floating)
    if image.ndim != 3 or image.shape[2] != 3 or not image.size or not known:
        raise CorruptionError(
            f"A picture to change is an RGB array of 8-bit levels or floats, not {image.dtype} "
            f"{image.shape}."
        )
    if image.dtype != np.uint8 and not (image.min() >= 0.0 and image.max() <= 1.0):
        raise CorruptionError("A picture of floats must lie in [0, 1]; divide its levels by 255.")


def check_seed(seed: int) -> int:
    """Checks a seed, and returns it as an int.

    Raises:
        CorruptionError: It is no whole number from 0 on.
    """
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise CorruptionError(f"The seed must be a whole number from 0; it is {seed!r}.")
    return int(seed)


def _own_generator(image: NDArray[np.uint8], seed: int) -> np.random.Generator:
    """Makes a generator from the seed and the pixels, so that no two pictures share their noise."""
    digest = hashlib.sha256(image.tobytes()).digest()
    return np.random.default_rng([seed, *np.frombuffer(digest, np.uint32).tolist()])
