"""What stands at a model's end, and the two logits that the lab makes of it.

Attacks need logits: a softmax or sigmoid inside is taken off, which changes no answer but lets
gradients through.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from facemask_core.backend import keras
from facemask_core.labels import LABELS, WITH_MASK, WITHOUT_MASK
from facemask_core.models.foreign.content import refuse
from facemask_core.models.foreign.plan import Architecture, Step

_TAKEN_OFF = ("softmax", "sigmoid", "log_softmax")
_ONNX_ENDS = {
    "onnx Softmax": "softmax",
    "onnx Sigmoid": "sigmoid",
    "onnx LogSoftmax": "log_softmax",
    "onnx Log": "logarithm",
    **dict.fromkeys((f"onnx {it}" for it in ("Identity", "Cast", "Dropout", "Flatten")), ""),
    **dict.fromkeys((f"onnx {it}" for it in ("Reshape", "Squeeze", "Unsqueeze")), ""),
}
"""Last nodes that are taken off; the lab makes a list of the scores whatever their shape."""
WORN_WRONGLY = 2
"""The third class of some detectors; the first two are the lab's own."""


@dataclass(frozen=True)
class Head:
    """A model's end.

    Attributes:
        activations: What was taken off, the last first.
        trained_through_softmax: Whether its loss put a softmax on top of the one inside.
    """

    activations: tuple[str, ...]
    trained_through_softmax: bool = False

    def describe(self, scores: int) -> str:
        """Describes the head in a sentence.

        Args:
            scores: How many scores it gives.
        """
        taken = " and ".join(self.activations)
        plural = "score" if scores == 1 else "scores"
        first = f"It gives {scores} {plural}" + (
            f"; its {taken} was taken off." if taken else " without an activation."
        )
        if scores > 1 and "sigmoid" in self.activations:
            first += " Each sigmoid speaks of its own class; the lab compares them."
        if self.activations.count("softmax") > 1:
            first += (
                " A softmax stood behind another one (double softmax): its confidence could not "
                "exceed 0.731 with two classes, and its gradients were starved."
            )
        if self.trained_through_softmax:
            first += (
                " It was trained with a loss that puts a second softmax on its own (from_logits), "
                "which starves gradients in training."
            )
        return first


def take_off(architecture: Architecture, training: str) -> tuple[Architecture, Head]:
    """Takes softmax and sigmoid off a model's end.

    Args:
        architecture: The model.
        training: What it was compiled with, JSON; may be empty.

    Returns:
        The model up to its logits, and what its end is.
    """
    found: list[str] = []
    while (step := _find_end(architecture)) is not None:
        name = _name_activation(architecture, step)
        if name is None:
            break
        found += [name] if name else []
        architecture = _without(architecture, step)
    second = "softmax" in found and _read_from_logits(training)
    return architecture, Head(tuple(found), second)


def _find_end(architecture: Architecture) -> Step | None:
    return next((it for it in architecture.steps if it.output == architecture.output), None)


def _name_activation(architecture: Architecture, step: Step) -> str | None:
    """Names the activation that a last step is or has: "" for a change of shape, or None."""
    kind = step.spec.kind
    if kind == "onnx ReduceMax" and step.spec.settings.get("axes") in ([1], [-1]):
        raise refuse(
            f"The node {step.spec.name} keeps the largest score alone",
            "export the model without it",
        )
    if kind not in _ONNX_ENDS:
        name = "softmax" if kind == "Softmax" else str(step.spec.settings.get("activation", ""))
        return name if name in _TAKEN_OFF else None
    if not isinstance(step.constants[0], int):
        return None
    if "softmax" in _ONNX_ENDS[kind] and step.spec.settings.get("axis") == 0:
        raise refuse(
            f"The softmax {step.spec.name} goes over the pictures and not over the classes",
            "export the model with softmax(dim=1)",
        )
    if kind == "onnx Log":  # of anything but a softmax it has a meaning of its own
        before = _without(architecture, step)
        end = _find_end(before)
        while end is not None and _ONNX_ENDS.get(end.spec.kind) == "":
            before = _without(before, end)
            end = _find_end(before)
        return "logarithm" if end is not None and end.spec.kind == "onnx Softmax" else None
    return _ONNX_ENDS[kind]


def _without(architecture: Architecture, step: Step) -> Architecture:
    """Takes a last step off, or the activation within it."""
    if step.spec.kind in {"Softmax", "Activation"} or step.spec.kind in _ONNX_ENDS:
        others = tuple(it for it in architecture.steps if it is not step)
        return replace(architecture, steps=others, output=step.inputs[0])
    settings = {**step.spec.settings, "activation": "linear"}
    bare = replace(step, spec=replace(step.spec, settings=settings))
    steps = tuple(bare if it is step else it for it in architecture.steps)
    return replace(architecture, steps=steps)


def _read_from_logits(training: str) -> bool:
    """Tells whether a loss takes logits."""
    try:
        compiled: Any = json.loads(training or "{}")
        loss = compiled.get("loss")
        return bool(loss["config"]["from_logits"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False


def count_scores(network: keras.Model) -> int:
    """Counts a network's scores.

    Args:
        network: The network, up to its logits.

    Raises:
        ForeignModelError: It is no classifier of up to three classes.
    """
    shape = tuple(network.output_shape)
    if len(shape) != 2 or shape[1] not in {1, 2, 3}:
        raise refuse(
            f"The model answers with the shape {shape[1:]}",
            "the lab needs one score, two, or three with a mask worn wrongly among them",
        )
    return int(shape[1])


def join(scores: Any, meanings: Sequence[int]) -> Any:
    """Makes the lab's two logits of a model's scores.

    Args:
        scores: Tensor (n, scores).
        meanings: Of each score its class in the lab's order; of a single one the class that it
            speaks for.

    Returns:
        Tensor (n, 2): of several scores for one class their log-sum-exp, so that the margin is
        that of the added probabilities.
    """
    if len(meanings) == 1:
        towards = [[-0.5, 0.5]] if meanings[0] == WITH_MASK else [[0.5, -0.5]]
        return keras.ops.matmul(scores, keras.ops.convert_to_tensor(towards, "float32"))
    columns = []
    for label in (WITHOUT_MASK, WITH_MASK):
        places = [place for place, meaning in enumerate(meanings) if meaning == label]
        parts = [scores[:, place : place + 1] for place in places]
        column = parts[0]
        for part in parts[1:]:
            column = keras.ops.logaddexp(column, part)
        columns.append(column)
    return keras.ops.concatenate(columns, axis=-1)


def list_meanings(scores: int, worn_wrongly: int | None) -> list[tuple[int, ...]]:
    """Lists what a model's scores can mean.

    Args:
        scores: How many there are.
        worn_wrongly: The class that a mask worn wrongly counts to, for three scores.
    """
    both = (WITHOUT_MASK, WITH_MASK)
    if scores == 1:
        return [(WITH_MASK,), (WITHOUT_MASK,)]
    if scores == len(LABELS):
        return [both, both[::-1]]
    third = WITHOUT_MASK if worn_wrongly is None else worn_wrongly
    return [
        tuple(third if place == odd else rest[place - (place > odd)] for place in range(3))
        for odd in range(3)
        for rest in (both, both[::-1])
    ]
