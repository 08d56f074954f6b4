"""How long a model and an attack take an image, without the compilation that comes first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from facemask_core import backend
from facemask_core.classifier import BUCKETS


@dataclass(frozen=True)
class Timing:
    """What one batch took.

    Attributes:
        images: How many images it held.
        forward: Seconds the classifier took for them.
        attack: Seconds the attack took, its own forward passes included; None without an attack.
    """

    images: int
    forward: float
    attack: float | None


@dataclass(frozen=True)
class Speed:
    """Wall-clock time an image, measured while other threads decode the next batch.

    Attributes:
        forward_ms_per_image: Milliseconds of the classifier's prediction.
        attack_ms_per_image: Milliseconds of the attack; None for a clean run.
        device: Where it was computed.
        batch_size: The most images a batch held.
        first_batch_included: Whether the figures contain first batches, and with them any
            compilation, because there were no others to measure.
    """

    forward_ms_per_image: float
    attack_ms_per_image: float | None
    device: str
    batch_size: int
    first_batch_included: bool

    def as_dict(self) -> dict[str, Any]:
        """The figures, fit for JSON."""
        return asdict(self)


def summarise(timings: Sequence[Timing], batch_size: int, arithmetic: str = "float32") -> Speed:
    """Averages over the batches that did not have to wait for compilation.

    Programs are compiled once for each padded size of a batch, so the first batch of each size is
    left out. If no other batch is left, all count.

    Args:
        timings: Every batch's, in their order; at least one.
        batch_size: What the batches were cut to.
        arithmetic: What the model computed in.

    Raises:
        DeviceError: The Keras backend is not supported.
    """
    later = _later(timings)
    counted = later or list(timings)
    images = sum(timing.images for timing in counted)
    attacks = [timing.attack for timing in counted if timing.attack is not None]
    return Speed(
        forward_ms_per_image=1000 * sum(timing.forward for timing in counted) / images,
        attack_ms_per_image=1000 * sum(attacks) / images if attacks else None,
        device=str(backend.device(arithmetic)),
        batch_size=batch_size,
        first_batch_included=not later,
    )


def _later(timings: Sequence[Timing]) -> list[Timing]:
    """The batches that came after another one of the same padded size."""
    seen: set[int] = set()
    later = []
    for timing in timings:
        padded = next((size for size in BUCKETS if size >= timing.images), BUCKETS[-1])
        if padded in seen:
            later.append(timing)
        seen.add(padded)
    return later
