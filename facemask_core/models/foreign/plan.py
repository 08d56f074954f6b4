"""What a file computes, as a list of steps, whichever program wrote it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from facemask_core.models.foreign.layers import LayerSpec


@dataclass(frozen=True)
class Step:
    """One use of a layer, or of an operation on numbers.

    Attributes:
        spec: The layer; an operation's kind begins with ``operation``, an ONNX node's with
            ``onnx``.
        inputs: Which values it takes: numbers of steps, or 0 for the picture.
        output: The number of its own value.
        constants: What else an operation takes; of an ONNX node all that it takes, in order: the
            number of a value, the name of a constant, or None.
    """

    spec: LayerSpec
    inputs: tuple[int, ...]
    output: int
    constants: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Architecture:
    """A model from one picture to one list of scores.

    Attributes:
        name: Its name in the file.
        input_shape: Height, width and channels; None for what the file leaves open.
        steps: What is computed, in order.
        output: The number of the value that is the answer.
        channels_first: Whether the file's own pictures have their colours before the rows.
        batch: The number of pictures that the file was made for; None where it is left open.
    """

    name: str
    input_shape: tuple[int | None, int | None, int]
    steps: tuple[Step, ...]
    output: int
    channels_first: bool = False
    batch: int | None = None
