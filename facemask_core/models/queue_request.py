"""A batch in the queue before the processor."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from facemask_core.models.joint_batch import Arrays
from facemask_core.models.queue_client import Client
from facemask_core.models.turn_order import Order


@dataclass(eq=False)
class Request:
    """A batch in the queue.

    Attributes:
        model: The model that computes it.
        kind: Equal for batches that can be computed as one; None after one that failed.
        order: Its place in its group.
        outputs: The result, once there is one.
        gone: Whether its client has gone.
    """

    client: Client
    model: Hashable
    kind: Hashable
    arrays: Arrays
    order: Order
    outputs: list[NDArray[Any]] | None = None
    gone: bool = False

    @property
    def rows(self) -> int:
        return len(self.arrays[0])
