"""Reads a TensorFlow Lite file: its operations in their order, and its weights.

Such a file is a FlatBuffer: tables whose fields are found by number, as TensorFlow's schema
(``tensorflow/lite/schema/schema.fbs``) numbers them. What is needed of it is so little that no
library has to start for it. The files read here are checked by their hash before.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

OPERATIONS = {
    **{0: "add", 2: "concatenation", 3: "convolution", 4: "depthwise", 6: "dequantize"},
    **{17: "max_pool", 19: "relu", 22: "reshape", 34: "pad"},
}
"""Names of the operations by their number in the schema; a file with others is refused."""
_TYPES: dict[int, Any] = {0: np.float32, 1: np.float16, 2: np.int32}
SAME = 0
"""Number of the padding that keeps a picture's size."""


@dataclass(frozen=True)
class _Table:
    """A table of a FlatBuffer.

    Attributes:
        data: The whole file.
        place: Where the table begins.
    """

    data: bytes
    place: int

    def read(self, field: int, form: str, default: int = 0) -> int:
        """Reads a number; ``form`` is its format as ``struct`` writes it."""
        place = self._find(field)
        return default if place is None else _number(self.data, place, form)

    def table(self, field: int) -> _Table:
        """Returns the table that a field leads to."""
        place = self._find(field)
        if place is None:
            raise ValueError("a table is missing")
        return _Table(self.data, _follow(self.data, place))

    def tables(self, field: int) -> list[_Table]:
        """Returns the tables in a vector."""
        begin, count = self._vector(field)
        places = range(begin, begin + 4 * count, 4)
        return [_Table(self.data, _follow(self.data, place)) for place in places]

    def array(self, field: int, kind: Any) -> NDArray[Any]:
        """Returns a vector of numbers; an empty one where the field is missing."""
        begin, count = self._vector(field)
        return np.frombuffer(self.data, kind, count, begin)

    def _find(self, field: int) -> int | None:
        """Looks up where a field lies; None where the table lacks it."""
        index = self.place - _number(self.data, self.place, "i")
        entry = 4 + 2 * field
        if entry >= _number(self.data, index, "H"):
            return None
        offset = _number(self.data, index + entry, "H")
        return self.place + offset if offset else None

    def _vector(self, field: int) -> tuple[int, int]:
        place = self._find(field)
        if place is None:
            return 0, 0
        begin = _follow(self.data, place)
        return begin + 4, _number(self.data, begin, "I")


def _number(data: bytes, place: int, form: str) -> int:
    value: int = struct.unpack_from(f"<{form}", data, place)[0]
    return value


def _follow(data: bytes, place: int) -> int:
    return place + _number(data, place, "I")


@dataclass(frozen=True)
class Operation:
    """One operation of a network.

    Attributes:
        name: As :data:`OPERATIONS` has it.
        inputs: Numbers of the tensors it reads.
        output: Number of the tensor it makes.
        options: Its table of options, by which it is asked for ``padding`` and the like.
    """

    name: str
    inputs: list[int]
    output: int
    options: _Table | None

    def option(self, field: int, form: str, default: int = 0) -> int:
        """Reads an option by its number in the schema."""
        return default if self.options is None else self.options.read(field, form, default)


@dataclass(frozen=True)
class Graph:
    """A network.

    Attributes:
        operations: In the order in which they are computed.
        shapes: Of every tensor, the batch's length of one at the front where there is a batch.
        constants: The tensors whose values are in the file.
        inputs: Numbers of the tensors that come in.
        outputs: Numbers of those that go out.
    """

    operations: list[Operation]
    shapes: list[list[int]]
    constants: dict[int, NDArray[Any]]
    inputs: list[int]
    outputs: list[int]


def read_graph(data: bytes) -> Graph:
    """Reads a network of one graph.

    Args:
        data: The whole file.

    Raises:
        ValueError: It has an operation or a kind of numbers that is not read here.
    """
    model = _Table(data, _follow(data, 0))
    codes = [max(code.read(0, "b"), code.read(3, "i")) for code in model.tables(1)]
    (graph,), buffers = model.tables(2), model.tables(4)
    tensors = graph.tables(0)
    shapes = [tensor.array(0, np.int32).tolist() for tensor in tensors]
    constants = {}
    for number, tensor in enumerate(tensors):
        raw = buffers[tensor.read(2, "I")].array(0, np.uint8)
        if len(raw):
            kind = _known(_TYPES, tensor.read(1, "b"))
            constants[number] = raw.view(kind).reshape(shapes[number])
    operations = [_read_operation(entry, codes) for entry in graph.tables(3)]
    inputs, outputs = (graph.array(field, np.int32).tolist() for field in (1, 2))
    return Graph(operations, shapes, constants, inputs, outputs)


def _read_operation(entry: _Table, codes: list[int]) -> Operation:
    name = _known(OPERATIONS, codes[entry.read(0, "I")])
    (output,) = entry.array(2, np.int32).tolist()
    options = entry.table(4) if entry.read(3, "B") else None
    return Operation(name, entry.array(1, np.int32).tolist(), output, options)


def _known(names: dict[int, Any], number: int) -> Any:
    if number not in names:
        raise ValueError(f"number {number} of TensorFlow Lite's schema is not read here")
    return names[number]
