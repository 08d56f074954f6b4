"""Keras files for tests, made by hand in the format of Keras 2, and their makers' own answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from facemask_core.backend import keras

_OLD_NOISE = {
    "kernel_initializer": {"class_name": "GlorotUniform", "config": {"dtype": "float32"}},
    "kernel_regularizer": {"class_name": "L2", "config": {"l2": 0.001}},
    "bias_constraint": None,
    "activity_regularizer": None,
    "groups": 1,
    "dtype": {"class_name": "Policy", "config": {"name": "mixed_float16"}},
}
"""What Keras 2 writes of a layer and Keras 3 refuses, or does not need."""


def layer(kind: str, name: str, *before: str, **config: Any) -> dict[str, Any]:
    """Describes a layer of a functional model as Keras 2 does."""
    nodes = [[[one, 0, 0, {}] for one in before]] if before else []
    settings = {"name": name, "trainable": False, **_OLD_NOISE, **config}
    return {"class_name": kind, "name": name, "config": settings, "inbound_nodes": nodes}


def pixels(name: str = "input_1", side: int | None = 32, channels: int = 3) -> dict[str, Any]:
    """Describes an input."""
    return layer("InputLayer", name, batch_input_shape=[None, side, side, channels])


def functional(*layers: dict[str, Any], name: str = "model") -> dict[str, Any]:
    """Describes a functional model, its first layer the input and its last the output."""
    return {
        "class_name": "Functional",
        "config": {
            "name": name,
            "layers": list(layers),
            "input_layers": [[layers[0]["name"], 0, 0]],
            "output_layers": [[layers[-1]["name"], 0, 0]],
        },
    }


def sequential(*layers: dict[str, Any], name: str = "sequential") -> dict[str, Any]:
    """Describes a Sequential model."""
    return {"class_name": "Sequential", "config": {"name": name, "layers": list(layers)}}


def write_h5(
    path: Path,
    architecture: dict[str, Any] | str,
    weights: dict[str, dict[str, NDArray[np.float32]]] | None = None,
    training: dict[str, Any] | None = None,
) -> Path:
    """Writes a file as Keras 2.4 does."""
    text = architecture if isinstance(architecture, str) else json.dumps(architecture)
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = text
        file.attrs["keras_version"] = "2.4.0"
        if training is not None:
            file.attrs["training_config"] = json.dumps(training)
        root = file.create_group("model_weights")
        root.attrs["layer_names"] = [name.encode() for name in weights or {}]
        for name, arrays in (weights or {}).items():
            group = root.create_group(name)
            group.attrs["weight_names"] = [key.encode() for key in arrays]
            for key, array in arrays.items():
                group[key] = array
    return path


def write_mean_colours(path: Path, units: int = 2) -> Path:
    """Writes a linear model of a picture's mean colours, with a softmax at its end."""
    dense = layer("Dense", "dense", "pool", units=units, use_bias=False, activation="softmax")
    plan = functional(pixels(), layer("GlobalAveragePooling2D", "pool", "input_1"), dense)
    return write_h5(path, plan, {"dense": {"dense/kernel:0": draw(3, units)}})


def draw(*shape: int, seed: int = 0) -> NDArray[np.float32]:
    """Draws weights."""
    rng = np.random.default_rng([seed, *shape])
    return (rng.standard_normal(shape) / np.sqrt(np.prod(shape[:-1]))).astype(np.float32)


def shuffle(model: keras.Model, seed: int = 0) -> keras.Model:
    """Gives a model weights with which all its layers matter."""
    rng = np.random.default_rng(seed)
    for weight in model.weights:
        if "seed" in weight.name:
            continue
        shape = tuple(weight.shape)
        value = rng.standard_normal(shape) * (0.5 if len(shape) > 1 else 0.1)
        if len(shape) > 1:
            value *= 2 / np.sqrt(np.prod(shape[:-1]))
        if weight.name.partition(":")[0].rpartition("/")[2] in {"gamma", "moving_variance"}:
            value = 1 + np.abs(value)
        weight.assign(value.astype(np.float32))
    return model
