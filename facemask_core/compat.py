"""Private interfaces of Keras that the core uses, each behind a name of its own.

Keras may change them in any release. They stand in this file alone, and a test of each
(``tests/core/test_compat.py``) fails when the release at hand has changed it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from facemask_core.backend import keras

SumOperation: type = keras.src.ops.numpy.Add
"""What a graph has for ``tensor + constant``; Keras publishes the function alone."""
ProductOperation: type = keras.src.ops.numpy.Multiply
"""The same for ``tensor * constant``."""


def keras_home() -> Path:
    """Returns the folder Keras keeps downloads in: ``~/.keras``, or ``$KERAS_HOME``.

    ``keras.utils.get_file`` asks this unpublished function where to look; a guess of our own would
    download the ImageNet weights a second time.
    """
    return Path(keras.src.backend.config.keras_home()).expanduser()


def all_layers(model: keras.Model) -> list[Any]:
    """Lists a model, its layers, and the layers of every model within it.

    ``Model.layers`` stops at a model within the model, and every backbone has its network there.
    """
    layers: list[Any] = model._flatten_layers()  # noqa: SLF001
    return layers


def is_graph(layer: Any) -> bool:
    """Tells whether a layer is a functional model, a graph of operations.

    ``keras.Model(inputs, outputs)`` makes one, but Keras publishes no class that only they have.
    """
    return isinstance(layer, keras.src.models.Functional)


class Call(NamedTuple):
    """One call of a layer, or of another operation, in a functional model's graph."""

    operation: Any
    inputs: list[Any]
    outputs: list[Any]


def graph_calls(graph: keras.Model) -> list[Call]:
    """Lists the calls a functional model is made of, those within inner models not among them.

    Only the graph tells what else reads a layer's output, and Keras publishes no way to read it.

    Args:
        graph: A functional model; an output of one call and the input of another are the same
            symbolic tensor.
    """
    levels = graph._nodes_by_depth.values()  # noqa: SLF001
    return [
        Call(node.operation, node.input_tensors, node.output_tensors)
        for level in levels
        for node in level
    ]


def run_graph(graph: keras.Model, inputs: Any, call: Callable[..., Any]) -> Any:
    """Runs a functional model with a function in place of its operations' own call.

    ``keras.models.clone_model`` goes through a model in this way. A model cut in two by Keras's
    published means would leave its nodes behind in layers that others share.

    Args:
        graph: A functional model.
        inputs: Its inputs.
        call: Called as ``call(operation, *inputs, **options)`` for each operation in turn; returns
            what goes on as that operation's output.
    """
    return graph._run_through_graph(inputs, call_fn=call)  # noqa: SLF001
