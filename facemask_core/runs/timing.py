"""How long a model and an attack take for an image, without the compilation that comes first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Timing:
    """The times of one batch.

    Attributes:
        images: How many images it held.
        forward: Seconds the classifier took for them.
        attack: Seconds the attack took, its own forward passes included; None without an attack.
        compiled: Whether a program was compiled meanwhile.
    """

    images: int
    forward: float
    attack: float | None
    compiled: bool


@dataclass(frozen=True)
class Speed:
    """Wall-clock time an image, measured while other threads decode the next batch.

    Attributes:
        forward_ms_per_image: Milliseconds of the classifier's prediction.
        attack_ms_per_image: Milliseconds of the attack; None for a clean run.
        device: Where it was computed.
        batch_size: The most images a batch held.
        first_batch_included: Whether the figures contain compilation, because every batch was the
            first to need some program.
    """

    forward_ms_per_image: float
    attack_ms_per_image: float | None
    device: str
    batch_size: int
    first_batch_included: bool

    def as_dict(self) -> dict[str, Any]:
        """The figures, fit for JSON."""
        return asdict(self)


def average_speed(timings: Sequence[Timing], batch_size: int, device: str) -> Speed:
    """Averages the time an image over the batches that did not wait for compilation.

    Programs are compiled once for each padded size of a batch, and an attack that leaves fallen
    images alone meets further sizes on its way. If no other batch is left, all count.

    Args:
        timings: The times of every batch, in order; at least one.
        batch_size: The most images a batch held.
        device: Where they were computed.
    """
    warm = [timing for timing in timings if not timing.compiled]
    counted = warm or list(timings)
    images = sum(timing.images for timing in counted)
    attacks = [timing.attack for timing in counted if timing.attack is not None]
    return Speed(
        forward_ms_per_image=1000 * sum(timing.forward for timing in counted) / images,
        attack_ms_per_image=1000 * sum(attacks) / images if attacks else None,
        device=device,
        batch_size=batch_size,
        first_batch_included=not warm,
    )
