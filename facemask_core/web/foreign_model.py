"""Writes a model of somebody else's for a browser, where it is a small network such as MobileNet.

Its weights are written as they are, in float32, so that a device answers as the lab does.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray

from facemask_core.backend import keras
from facemask_core.errors import ExportError
from facemask_core.labels import LABELS
from facemask_core.models import checkpoints
from facemask_core.models.foreign.preparation import SCALES
from facemask_core.web.export import PLAN_FILE, write_json
from facemask_core.web.plan import describe_plan, trace_steps

LARGEST_WEIGHTS = 10_000_000
"""Bytes that a class's devices load."""
MOST_PRODUCTS = 400_000_000
"""Multiplications of an answer; MobileNetV3-Small has 57 million, MobileNetV2 300 million."""


def write_foreign_model(
    model: keras.Model, card: checkpoints.Card, way: Mapping[str, Any], name: str
) -> dict[str, bytes]:
    """Writes what a browser needs of a model of somebody else's: its plan and its weights.

    Args:
        model: The model as the lab uses it, pixels to two logits.
        card: Its card.
        way: How it wants its pixels and what its scores mean: ``scale``, ``colours``, ``height``,
            ``width`` and ``classes``.
        name: What the browser calls it.

    Returns:
        The content of each file, by its name.

    Raises:
        ExportError: A browser cannot compute it, or not in a lesson's time.
    """
    network = model.get_layer("network")
    steps = trace_steps(network, card.input_size, _find_rescaling(way, card.input_size))
    arrays = {
        key: np.asarray(keras.ops.convert_to_numpy(weight.value), np.float32)
        for key, weight in checkpoints.name_by_position(network.weights)
    }
    products = sum(_count_products(step, arrays) for step in steps)
    if products > MOST_PRODUCTS:
        raise ExportError(f"{card.name} multiplies {products:.2g} times, too often for a browser.")
    _order_classes(steps[-1], arrays, way["classes"])
    weights = safetensors.numpy.save(arrays)
    if len(weights) > LARGEST_WEIGHTS:
        raise ExportError(f"{card.name} has {len(weights):,} bytes of weights, too many to send.")
    digest = hashlib.sha256(weights).hexdigest()
    plan = describe_plan(replace(card, name=name, weights_sha256=digest), steps)
    return {PLAN_FILE: write_json(plan), checkpoints.WEIGHTS_FILE: weights}


def _find_rescaling(way: Mapping[str, Any], side: int) -> tuple[float, float]:
    """Finds the factor and the offset of all colours alike."""
    factors, offsets = SCALES[way["scale"]]
    same = len({*factors}) == len({*offsets}) == 1
    if not same or way["colours"] != "rgb" or (way["height"], way["width"]) != (side, side):
        raise ExportError(
            f"A browser prepares pictures of {side} x {side} pixels, red first, with one scale."
        )
    return factors[0], offsets[0]


def _count_products(step: Mapping[str, Any], arrays: Mapping[str, NDArray[np.float32]]) -> int:
    """Counts a step's multiplications, but for those of no weights."""
    kernel = arrays.get(str(step.get("kernel")))
    if kernel is None:
        return 0
    places = math.prod(step["shape"][:-1])
    return places * kernel.size


def _order_classes(
    last: Mapping[str, Any], arrays: dict[str, NDArray[np.float32]], classes: list[str]
) -> None:
    """Puts the columns of the last layer into the lab's order of the classes."""
    if last["op"] != "dense" or sorted(classes) != sorted(LABELS):
        raise ExportError("A browser answers with two scores of a dense layer, one for each class.")
    order = [classes.index(label) for label in LABELS]
    for key in (last["kernel"], last["bias"]):
        if key is not None:
            arrays[key] = np.ascontiguousarray(arrays[key][..., order])
