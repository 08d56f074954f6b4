"""An ONNX file's nodes as a list of steps: what the answer needs, in order, every one checked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from facemask_core.models.foreign import limits
from facemask_core.models.foreign.content import FileContent, refuse
from facemask_core.models.foreign.layers import LayerSpec
from facemask_core.models.foreign.onnx_graph.operators import OPERATORS
from facemask_core.models.foreign.plan import Architecture, Step

KIND = "onnx "
"""What a step's kind begins with, before the operator's name."""
_EXPORT_AGAIN = "export the model again"
_NUMBERS = {1, 2, 10, 11, 16}
"""Of an input, in ONNX's count: float32, uint8, float16, float64, bfloat16."""
_REMEDIES = {
    **dict.fromkeys(
        ("If", "Loop", "Scan", "SequenceMap"),
        "it chooses while it computes; export the model by tracing, in eval mode",
    ),
    **dict.fromkeys(
        ("QuantizeLinear", "QLinearConv", "DynamicQuantizeLinear", "DequantizeLinear"),
        "whole numbers have no gradient; export the model in float32",
    ),
    **dict.fromkeys(
        ("ArgMax", "TopK", "NonMaxSuppression"),
        "it gives a class in place of scores; export the model without it",
    ),
    **dict.fromkeys(
        ("RandomNormal", "RandomNormalLike", "RandomUniform", "Bernoulli"),
        "answers would be chance; export the model in eval mode",
    ),
}
_REMEDY = "export the network alone, in eval mode, with PyTorch's or another usual exporter"


@dataclass(frozen=True)
class _Entry:
    """A node of the file."""

    place: int
    operator: str
    domain: str
    name: str
    inputs: list[str]
    outputs: list[str]
    settings: dict[str, Any]

    @property
    def title(self) -> str:
        """What a message calls it."""
        return f"{(self.name or self.outputs[0])[:60]!r} ({self.operator[:40]})"


def parse(content: FileContent) -> Architecture:
    """Reads the nodes of an ONNX file.

    Args:
        content: The file.

    Raises:
        ForeignModelError: It is damaged, a circle, or has an operator that is not computed.
    """
    try:
        file = json.loads(content.architecture)
        return _read(file, set(content.arrays) | set(file["constants"]), content)
    except RecursionError:
        raise refuse("The file's nodes are nested too deeply", _EXPORT_AGAIN) from None
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise refuse("The nodes in the file are damaged", _EXPORT_AGAIN) from error


def _read(file: dict[str, Any], constants: set[str], content: FileContent) -> Architecture:
    entries = [_Entry(place, *_unpack(node)) for place, node in enumerate(file["nodes"])]
    makers: dict[str, _Entry] = {}
    for entry in entries:
        for name in filter(None, entry.outputs):
            if name in makers or name in constants:
                raise refuse(f"Two nodes of the file give {name[:60]!r}", _EXPORT_AGAIN)
            makers[name] = entry
    goal = _choose_output(file["outputs"])
    order = list(_sort(goal, makers))
    for entry in order:
        _check(entry, file["functions"])
    picture = _find_picture(file["inputs"], constants, order)
    numbers = {picture["name"]: 0}
    steps: list[Step] = []
    for entry in order:
        _add(entry, numbers, constants, steps, file["version"])
    if goal not in numbers:
        raise refuse("The model's answer does not come of its picture", _EXPORT_AGAIN)
    batch, shape, first = _read_shape(picture, order, content)
    return Architecture("onnx", shape, tuple(steps), numbers[goal], first, batch)


def _unpack(node: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(node[key] for key in ("op", "domain", "name", "inputs", "outputs", "settings"))


def _choose_output(outputs: list[dict[str, Any]]) -> str:
    """Chooses the answer: the first that is declared a list of few scores, or the first."""
    few = [
        it["name"]
        for it in outputs
        if it["shape"] and len(it["shape"]) > 1 and it["shape"][-1] in {1, 2, 3}
    ]
    return str((few or [outputs[0]["name"]])[0])


def _sort(goal: str, makers: dict[str, _Entry]) -> Iterator[_Entry]:
    """Yields the nodes that a value needs, each behind those that it needs itself."""
    begun: set[int] = set()
    done: set[int] = set()
    waiting = [goal]
    while waiting:
        entry = makers.get(waiting[-1])
        if entry is None or entry.place in done:
            waiting.pop()
            continue
        needed = [
            makers[name].place
            for name in entry.inputs
            if name in makers and makers[name].place not in done
        ]
        if not needed:
            done.add(entry.place)
            yield entry
            continue
        if entry.place in begun:
            raise refuse(f"The nodes before {entry.title} go in a circle", _EXPORT_AGAIN)
        begun.add(entry.place)
        waiting.extend(name for name in entry.inputs if name in makers)


def _check(entry: _Entry, functions: list[str]) -> None:
    if entry.operator in functions:
        raise refuse(
            f"The node {entry.title} is a function of the file's own",
            "export it with its functions opened (inlined)",
        )
    if entry.domain not in {"", "ai.onnx"}:
        raise refuse(
            f"The node {entry.title} is of the domain {entry.domain[:40]!r}, not of ONNX's own",
            "export the model without optimisation for one runtime",
        )
    if entry.operator not in OPERATORS:
        raise refuse(
            f"The node {entry.title} is none that the lab computes",
            _REMEDIES.get(entry.operator, _REMEDY),
        )


def _find_picture(
    inputs: list[dict[str, Any]], constants: set[str], order: list[_Entry]
) -> dict[str, Any]:
    """Finds the one input that the answer needs."""
    made = {name for entry in order for name in entry.outputs} | constants
    wanted = {name for entry in order for name in entry.inputs if name} - made
    known = {it["name"]: it for it in inputs}
    if missing := wanted - set(known):
        raise refuse(f"Nothing in the file gives {min(missing)[:60]!r}", _EXPORT_AGAIN)
    if len(wanted) != 1:
        raise refuse(f"The model has {len(wanted)} inputs", "the lab gives it one picture")
    picture = known[wanted.pop()]
    if picture["type"] not in _NUMBERS:
        raise refuse("The model's input takes no pixels", "let it take float32")
    return picture


def _add(
    entry: _Entry, numbers: dict[str, int], constants: set[str], steps: list[Step], version: int
) -> None:
    """Adds a node's steps, one for each of its outputs that has a name."""
    taken = tuple(numbers.get(name, name) if name else None for name in entry.inputs)
    if any(isinstance(it, str) and it not in constants for it in taken):
        raise refuse(f"The node {entry.title} takes what no node gives", _EXPORT_AGAIN)
    for part, name in enumerate(entry.outputs):
        if not name or (part > 0 and entry.operator != "Split"):
            continue
        settings = {**entry.settings, "part": part, "parts": len(entry.outputs), "version": version}
        path = (entry.name or name,)
        spec = LayerSpec(path, KIND + entry.operator, settings)
        inputs = tuple(it for it in taken if isinstance(it, int))
        numbers[name] = len(steps) + 1
        steps.append(Step(spec, inputs, len(steps) + 1, taken))


def _read_shape(
    picture: dict[str, Any], order: list[_Entry], content: FileContent
) -> tuple[int | None, tuple[int | None, int | None, int], bool]:
    """Reads the batch, the shape (rows, columns, colours), and whether colours come first."""
    shape = [side if side and side > 0 else None for side in picture["shape"] or [None] * 4]
    if len(shape) != 4:
        raise refuse(
            f"The model's input has {len(shape)} dimensions", "let it take a batch of pictures"
        )
    batch, second, _, last = shape
    if (second in {1, 3}) != (last in {1, 3}):
        first = second in {1, 3}
    else:
        first = _begins_with_colours(picture["name"], order)
    colours = second if first else last
    if colours is None:
        colours = _count_colours(order, content)
    rows, columns = shape[2:] if first else shape[1:3]
    if colours not in {1, 3}:
        raise refuse(
            f"The model's input has the shape {str(shape)[:60]}",
            "the lab gives it pictures of three colours, or one",
        )
    for side in (rows, columns):
        if side is not None and not 8 <= side <= limits.LARGEST_SIDE:
            raise refuse(
                f"The model's pictures have a side of {str(side)[:20]} pixels",
                f"the lab gives it 8 to {limits.LARGEST_SIDE}",
            )
    return batch, (rows, columns, colours), first


def _begins_with_colours(name: str, order: list[_Entry]) -> bool:
    """Tells the order of a picture without a shape, by whether its axes are turned at once."""
    for entry in order:
        if name in entry.inputs and entry.operator == "Transpose":
            return entry.settings.get("perm") != [0, 3, 1, 2]
    return True


def _count_colours(order: list[_Entry], content: FileContent) -> int:
    """Counts the colours of a picture without a shape, by the first convolution's weights."""
    for entry in order:
        if entry.operator == "Conv" and len(entry.inputs) > 1 and entry.inputs[1] in content.arrays:
            kernel = content.arrays[entry.inputs[1]]
            return int(kernel.shape[1]) if kernel.ndim == 4 else 3
    return 3


def read_constants(content: FileContent) -> dict[str, Any]:
    """Reads the constants of whole numbers.

    Args:
        content: The file.
    """
    listed = json.loads(content.architecture)["constants"]
    return {
        name: np.array(it["values"], dtype=it["kind"]).reshape(it["shape"])
        for name, it in listed.items()
    }
