"""What flows through an ONNX graph: tensors of pictures, and constants.

ONNX puts a picture's colours before its rows, and processors compute faster with them last. So a
map of features may lie with its channels last while its node means them second: a flag says so, and
nothing is moved until an operator needs the axes where the file has them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemask_core.backend import keras
from facemask_core.models.foreign.budget import Budget
from facemask_core.models.foreign.content import refuse

ops = keras.ops
_EXPORT_AGAIN = "export the model again, as a usual classifier of one picture at a time"
LARGEST_CONSTANT = 4_000_000
"""Numbers in a constant that is worked out of others, weights that are only turned aside."""
TO_LAST, TO_FIRST = (0, 2, 3, 1), (0, 3, 1, 2)


class _Batch:
    """How many pictures are computed at once, which no graph here may depend on."""

    def __mul__(self, other: Any) -> _Batch:
        if other is self or not isinstance(other, int | np.integer) or other != 1:
            raise refuse("The model computes with the number of pictures", _EXPORT_AGAIN)
        return self

    __rmul__ = __floordiv__ = __truediv__ = __mul__

    def __eq__(self, other: object) -> bool:
        return other is self

    def __hash__(self) -> int:
        return 1


BATCH = _Batch()
"""Stands in shapes for the number of pictures."""
Constant = NDArray[Any]


@dataclass(frozen=True)
class Value:
    """A tensor, one row a picture.

    Attributes:
        tensor: The tensor as it lies.
        last: Whether it is a map of four axes whose channels lie last and are meant second.
    """

    tensor: Any
    last: bool = False

    @property
    def shape(self) -> tuple[int | None, ...]:
        """The shape as the file means it; the batch is None."""
        shape = tuple(self.tensor.shape)
        return tuple(shape[place] for place in TO_FIRST) if self.last else shape

    @property
    def sides(self) -> list[int]:
        """The shape without the batch."""
        return [int(side or 0) for side in self.shape[1:]]

    @property
    def plain(self) -> Any:
        """The tensor with its axes where the file means them."""
        if not self.last:
            return self.tensor
        if self.sides[1:] == [1, 1]:
            return ops.reshape(self.tensor, (-1, self.sides[0], 1, 1))
        return ops.transpose(self.tensor, TO_FIRST)

    @property
    def channels_last(self) -> Any:
        """The tensor of a map, its channels last."""
        return self.tensor if self.last else ops.transpose(self.tensor, TO_LAST)

    def place(self, axis: int) -> int:
        """Finds where an axis lies.

        Args:
            axis: As the file means it; may be negative.
        """
        axis = self.check_axis(axis)
        return TO_FIRST[axis] if self.last else axis

    def check_axis(self, axis: int) -> int:
        """Makes an axis one from the front, and refuses one that is not there.

        Args:
            axis: As the file means it; may be negative.
        """
        rank = len(self.tensor.shape)
        if not -rank <= axis < rank:
            raise refuse(f"A node speaks of an axis {axis} of {rank}", _EXPORT_AGAIN)
        return axis % rank


@dataclass
class Node:
    """A node while it is built.

    Attributes:
        name: What a message calls it.
        settings: Its attributes.
        inputs: What it takes, in order: values, constants, or None.
        budget: The sum of what the model takes.
        pixels: The model's input.
        batch: The number of pictures that the file was made for, if it says one.
    """

    name: str
    settings: dict[str, Any]
    inputs: list[Value | Constant | None]
    budget: Budget
    pixels: Any
    batch: int | None = None

    @property
    def version(self) -> int:
        """The version of the operators."""
        return int(self.settings["version"])

    def get(self, place: int) -> Value | Constant | None:
        """Takes an input that may be left out."""
        return self.inputs[place] if place < len(self.inputs) else None

    def value(self, place: int = 0) -> Value:
        """Takes an input that is computed of the picture."""
        found = self.get(place)
        if not isinstance(found, Value):
            raise self.refuse("takes no value of the picture")
        return found

    def map(self, place: int = 0) -> Value:
        """Takes an input that is a map of features."""
        found = self.value(place)
        if len(found.tensor.shape) != 4:
            raise self.refuse("takes no map of rows and columns")
        return found

    def constant(self, place: int, default: Any = None) -> Constant:
        """Takes an input that is known beforehand."""
        found = self.get(place)
        if found is None and default is not None:
            return np.asarray(default)
        if not isinstance(found, np.ndarray):
            raise self.refuse("takes something computed where a constant belongs")
        return found

    def whole(self, place: int, key: str, default: Any = None) -> list[Any] | None:
        """Takes whole numbers that are an attribute in old files and an input in new ones.

        Args:
            place: Which input.
            key: The attribute's name.
            default: What stands for neither.
        """
        if self.settings.get(key) is not None:
            found = self.settings[key]
            return list(found) if isinstance(found, list) else [found]
        if self.get(place) is None:
            return default
        return list(self.constant(place).reshape(-1).tolist())

    def refuse(self, what: str, remedy: str = _EXPORT_AGAIN) -> Exception:
        """Makes the error for this node."""
        return refuse(f"The node {self.name} is refused: it {what}", remedy)

    def check_size(self, shape: Sequence[int]) -> None:
        """Refuses a constant that is too large, before it is made."""
        if math.prod(int(side) for side in shape) > LARGEST_CONSTANT:
            raise self.refuse("makes a constant larger than any model needs")

    def number(self, key: str, default: float) -> float:
        """Takes an attribute that is one number."""
        found = self.settings.get(key, default)
        if isinstance(found, bool) or not isinstance(found, int | float):
            raise self.refuse(f"has no number for {key}")
        return found
