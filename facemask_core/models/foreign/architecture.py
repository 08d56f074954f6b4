"""A file's architecture as a list of steps: models within models opened, every layer checked."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from facemask_core.models.foreign import limits, nodes, operations
from facemask_core.models.foreign.content import ONNX, FileContent, refuse
from facemask_core.models.foreign.layers import MODELS, PASSED_OVER, specify
from facemask_core.models.foreign.nodes import Node, Reference
from facemask_core.models.foreign.onnx_graph import graph
from facemask_core.models.foreign.plan import Architecture, Step

__all__ = ["Architecture", "Step", "parse"]

_SAVE_AGAIN = "save the model again with a current Keras"


def parse(content: FileContent) -> Architecture:
    """Reads an architecture.

    Args:
        content: The file.

    Raises:
        ForeignModelError: It is damaged, too large, a circle, or has a layer that is not allowed.
    """
    if content.layout == ONNX:
        return graph.parse(content)
    try:
        entry = json.loads(content.architecture)
        _check_class(entry)
        reader = _Reader(old=content.is_old, layout=content.layout)
        shape = _find_input_shape(entry)
        output = reader.open_model(entry, (), "", [0], 0)
    except RecursionError:
        raise refuse("The architecture is nested too deeply", _SAVE_AGAIN) from None
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise refuse("The architecture in the file is damaged", _SAVE_AGAIN) from error
    name = str(entry["config"].get("name", "model")) if isinstance(entry["config"], dict) else ""
    return Architecture(name, shape, tuple(reader.steps), output)


def _check_class(entry: Any) -> None:
    if entry["class_name"] not in MODELS:
        raise refuse(
            f"The file's model is a {str(entry['class_name'])[:40]!r}, a class of its maker's",
            "save it as a Sequential or functional model",
        )


def _find_input_shape(entry: Any, depth: int = 0) -> tuple[int | None, int | None, int]:
    """Finds the shape of the first input layer, or what stands for one in a Sequential model."""
    if depth > limits.DEEPEST:
        raise refuse("The architecture has models within models without end", _SAVE_AGAIN)
    config = entry["config"]
    layers = config if isinstance(config, list) else config["layers"]
    first = layers[0]
    if entry["class_name"] != "Sequential":
        name = nodes.single(config["input_layers"], "input")[0]
        first = next(layer for layer in layers if _name(layer) == name)
    if first["class_name"] in MODELS:
        return _find_input_shape(first, depth + 1)
    inner = first["config"]
    shape = inner.get("batch_shape") or inner.get("batch_input_shape")
    if not shape and isinstance(config, dict):
        shape = config.get("build_input_shape")
    if (
        isinstance(shape, list)
        and len(shape) == 4
        and shape[3] not in {1, 3}
        and shape[1] in {1, 3}
    ):
        raise refuse(
            "The model wants the colours before the rows",
            "save the model with data_format channels_last",
        )
    if not isinstance(shape, list) or len(shape) != 4 or shape[3] not in {1, 3}:
        raise refuse(
            f"The model's input has the shape {str(shape)[:60]}",
            "the lab gives it pictures of three colours, or one: rows, columns, colours",
        )
    for side in shape[1:3]:
        if side is not None and not (isinstance(side, int) and 8 <= side <= limits.LARGEST_SIDE):
            raise refuse(
                f"The model's pictures have a side of {str(side)[:20]} pixels",
                f"the lab gives it 8 to {limits.LARGEST_SIDE}",
            )
    return shape[1], shape[2], shape[3]


def _name(layer: dict[str, Any]) -> str:
    config = layer["config"]
    name = layer.get("name") or (config.get("name") if isinstance(config, dict) else None)
    return str(name if name is not None else layer["class_name"])


@dataclass
class _Reader:
    """Opens a model within a model, and keeps the steps of all."""

    old: bool
    layout: str
    steps: list[Step] = field(default_factory=list)

    def open_model(
        self, entry: Any, path: tuple[str, ...], stored: str, inputs: list[int], depth: int
    ) -> int:
        """Adds the steps of a model; returns the number of its answer."""
        if depth > limits.DEEPEST:
            raise refuse("The architecture has models within models without end", _SAVE_AGAIN)
        config = entry["config"]
        layers = config if isinstance(config, list) else config["layers"]
        if len(layers) > limits.MOST_STEPS:
            raise _refuse_length()
        places = dict(zip(map(_name, layers), _list_places(layers, stored), strict=True))
        if len(places) < len(layers):
            raise refuse("Two layers of the model have the same name", _SAVE_AGAIN)
        if entry["class_name"] == "Sequential":
            if len(inputs) != 1:
                raise refuse("A Sequential model within the model has two inputs", _SAVE_AGAIN)
            value = inputs[0]
            for layer in layers:
                node = Node((Reference(layer, 0),))
                value = self._add(layer, path, places[_name(layer)], node, [value], depth)
            return value
        return self._open_graph(config, layers, path, places, inputs, depth)

    def _open_graph(
        self,
        config: dict[str, Any],
        layers: list[Any],
        path: tuple[str, ...],
        places: dict[str, str],
        inputs: list[int],
        depth: int,
    ) -> int:
        by_name = {_name(layer): layer for layer in layers}
        uses = {name: nodes.read_nodes(layer["inbound_nodes"]) for name, layer in by_name.items()}
        starts = nodes.several(config["input_layers"])
        if len(starts) != len(inputs):
            raise refuse(f"The model has {len(starts)} inputs", "the lab gives it one picture")
        values = {(start[0], 0): value for start, value in zip(starts, inputs, strict=True)}
        end = nodes.single(config["output_layers"], "output")
        offsets = nodes.find_offsets(uses, end)
        goal = Reference(end[0], max(0, int(end[1]) - offsets.get(end[0], 0)))
        for name, place in nodes.sort(uses, offsets, goal, set(values)):
            node = uses[name][place]
            taken = [
                values[it.layer, max(0, it.node - offsets.get(it.layer, 0))]
                for it in node.references
            ]
            values[name, place] = self._add(by_name[name], path, places[name], node, taken, depth)
        return values[goal.layer, goal.node]

    def _add(
        self,
        layer: Any,
        path: tuple[str, ...],
        stored: str,
        node: Node,
        inputs: list[int],
        depth: int,
    ) -> int:
        kind, below = layer["class_name"], (*path, _name(layer))
        if kind in MODELS:
            return self.open_model(layer, below, f"{stored}/", inputs, depth + 1)
        if kind == "InputLayer" or kind in PASSED_OVER:
            return inputs[0]
        if operations.is_operation(layer, node):
            spec = operations.specify(below, layer, node)
        else:
            spec = specify(below, kind, layer["config"], old=self.old, stored=stored)
            if node.has_foreign_tensors:
                raise refuse(
                    f"The layer {spec.name} takes a second input by name", "use one input a layer"
                )
        if len(self.steps) >= limits.MOST_STEPS:
            raise _refuse_length()
        step = Step(spec, tuple(inputs), len(self.steps) + 1, node.constants)
        self.steps.append(step)
        return step.output


def _refuse_length() -> Exception:
    return refuse(f"The model has more than {limits.MOST_STEPS:,} layers", "give a smaller one")


def _list_places(layers: list[Any], above: str) -> Iterator[str]:
    """Yields where a ``.keras`` file keeps each layer: by its class, and how many came before."""
    counts: Counter[str] = Counter()
    for layer in layers:
        kind = str(layer["class_name"])
        snake = re.sub(r"([a-z])([A-Z])", r"\1_\2", re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", kind))
        snake = re.sub(r"\W+", "", snake).lower()
        if "src.ops" not in str(layer.get("module", "")):
            number = counts[snake]
            counts[snake] += 1
            yield f"{above}layers/{snake}" + (f"_{number}" if number else "")
        else:
            yield ""
