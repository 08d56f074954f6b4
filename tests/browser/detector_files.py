"""Mask detectors as others make them: Teachable Machine's and a tutorial's in Keras 2, and an ONNX.

Their last layer is fitted to the shipped portraits, so that they answer as detectors do; the layers
before it are drawn.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import tf_keras as keras
from numpy.typing import NDArray
from onnx_files import node, write

from facemask_core.data import samples
from facemask_core.labels import WITH_MASK, WITHOUT_MASK
from facemask_core.models.foreign.preparation import Preparation
from facemask_core.pictures import faces, images

_SIDE = 96
_RIDGE = 1e-6
_SHARPNESS = 8.0


def write_teachable_machine(folder: Path, side: int = _SIDE) -> bytes:
    """Makes Teachable Machine's export: a zip with ``keras_model.h5`` and ``labels.txt``."""
    keras.utils.set_random_seed(3)
    layers = keras.layers
    first = keras.Sequential([_make_base(side), layers.GlobalAveragePooling2D()])
    hidden = layers.Dense(100, activation="relu")
    second = keras.Sequential([hidden, layers.Dense(2, activation="softmax", use_bias=False)])
    model = keras.Sequential([first, second])
    model.build((None, side, side, 3))
    _fit(side, model, keras.Sequential([first, hidden]), second.layers[-1], WITH_MASK, WITHOUT_MASK)
    model.save(folder / "keras_model.h5")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(folder / "keras_model.h5", "keras_model.h5")
        archive.writestr("labels.txt", "0 Mask\n1 No mask\n")
    return out.getvalue()


def write_tutorial(folder: Path) -> Path:
    """Makes a tutorial's ``.h5``: a base, a head of its own, and the loss it was trained with."""
    keras.utils.set_random_seed(4)
    layers = keras.layers
    base = _make_base(_SIDE)
    pooled = layers.Flatten()(layers.AveragePooling2D(4)(base.output))
    hidden = layers.Dropout(0.5)(layers.Dense(128, activation="relu")(pooled))
    end = layers.Dense(2, activation="softmax")
    model = keras.Model(base.input, end(hidden))
    features = keras.Model(base.input, hidden)
    _fit(_SIDE, model, features, end, WITHOUT_MASK, WITH_MASK)
    model.compile("adam", "binary_crossentropy")
    model.save(folder / "mask_detector.h5")
    return folder / "mask_detector.h5"


def write_onnx(folder: Path) -> Path:
    """Makes an ONNX file, as an exporter does of a linear model of 12 x 12 squares."""
    small, labels = _read_portraits("0..1", _SIDE)
    squares = small.astype(np.float64).reshape(-1, 12, 8, 12, 8, 3).mean(axis=(2, 4))
    inputs = squares.transpose(0, 3, 1, 2).reshape(len(labels), -1)
    goal = _SHARPNESS * np.stack([labels - 0.5, 0.5 - labels], 1)
    return write(
        folder / "exported.onnx",
        node("AveragePool", ["x"], ["pooled"], kernel_shape=[8, 8], strides=[8, 8]),
        node("Flatten", ["pooled"], ["flat"]),
        node("MatMul", ["flat", "weights"], ["y"]),
        constants={"weights": _solve(inputs, goal).astype(np.float32)},
        shape=("batch", 3, _SIDE, _SIDE),
    )


def _make_base(side: int) -> Any:
    layers = keras.layers
    pixels = keras.Input((side, side, 3))
    x = layers.Conv2D(16, 3, strides=2, padding="same", use_bias=False)(pixels)
    x = layers.ReLU(6.0)(layers.BatchNormalization()(x))
    x = layers.DepthwiseConv2D(3, padding="same", use_bias=False)(x)
    x = layers.ReLU(6.0)(layers.BatchNormalization()(x))
    x = layers.Conv2D(128, 3, strides=3, padding="same", activation="relu")(x)
    return keras.Model(pixels, x)


def _fit(side: int, model: Any, features: Any, end: Any, *order: int) -> None:
    """Fits a model's last layer by least squares to portraits, with pixels from -1 to 1."""
    small, labels = _read_portraits("-1..1", side)
    inputs = np.asarray(features(small, training=False), np.float64)
    goal = _SHARPNESS * np.stack([np.where(labels == label, 0.5, -0.5) for label in order], 1)
    kernel = _solve(inputs, goal)
    weights = [kernel.astype(np.float32)]
    end.set_weights(weights + [np.zeros(len(order), np.float32)] * (len(end.get_weights()) - 1))
    assert (np.asarray(model(small, training=False)).argmax(1) == goal.argmax(1)).all()


def _read_portraits(scale: str, side: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Reads portraits, whole and cut to the face, with pixels of a scale."""
    portraits = samples.read_portraits(samples.GALLERY_DIR)
    pictures = [images.decode(it.path.read_bytes()) for it in portraits]
    cut = [prepare(it) for prepare in (images.resize, faces.cropped) for it in pictures]
    small = Preparation(scale, "rgb", side, side).apply(images.to_float(np.stack(cut)))
    return np.array(small), np.array([it.label for it in portraits] * 2)


def _solve(inputs: NDArray[np.float64], goal: NDArray[np.float64]) -> NDArray[np.float64]:
    gram = inputs @ inputs.T
    gram += _RIDGE * np.trace(gram) / len(gram) * np.eye(len(gram))
    return inputs.T @ np.linalg.solve(gram, goal)
