"""Writes the shipped MobileNetV3 with Keras 2 or Keras 3, as other people save theirs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.foreign_files.cases import Case
from facemask_core.labels import WITH_MASK, WITHOUT_MASK
from facemask_core.models.foreign.preparation import SCALES


def get_library(case: Case) -> Any:
    """Imports the maker of a file."""
    if case.maker == "tf_keras":
        import tf_keras

        return tf_keras
    import keras

    return keras


def head_weights(
    case: Case, kernel: NDArray[np.float32], bias: NDArray[np.float32]
) -> list[NDArray[np.float32]]:
    """Makes the last layer's weights of the lab's own, in a file's order of classes.

    Args:
        case: The file.
        kernel: The lab's, one column a class.
        bias: Its bias.
    """
    order = [WITH_MASK, WITHOUT_MASK] if case.mask_first else [WITHOUT_MASK, WITH_MASK]
    kernel, bias = kernel[:, order], bias[order]
    if case.head == "sigmoid":  # it speaks for the second class
        return [kernel[:, 1:] - kernel[:, :1], bias[1:] - bias[:1]]
    if case.head == "three":  # a mask worn wrongly: what is left of the second class
        return [np.concatenate([kernel, kernel[:, 1:]], 1), np.append(bias, bias[1] - 3.0)]
    return [kernel, bias]


def make_model(case: Case, lab: Any, policy: str = "") -> tuple[Any, Any]:
    """Makes a file's model.

    Args:
        case: The file.
        lab: The lab's own model, for its weights.
        policy: The numbers to compute in; empty for the file's own.

    Returns:
        The model and its last layer.
    """
    library = get_library(case)
    layers = library.layers
    own = "mixed_float16" if case.layout == "mixed" else "float32"
    library.mixed_precision.set_global_policy(policy or own)
    shape = (case.side, case.side, 3)
    base = library.applications.MobileNetV3Small(
        input_shape=shape,
        include_top=False,
        weights=None,
        include_preprocessing=False,
        pooling="avg" if case.layout != "teachable" else None,
    )
    theirs = [it for it in base.layers if it.weights]
    ours = [it for it in lab.get_layer("network").layers if it.weights]
    for one, other in zip(theirs, ours, strict=True):
        one.set_weights(other.get_weights())
    base.trainable = case.layout != "frozen"
    # From the pixels that this file wants to -1..1, which the network itself takes.
    factors, offsets = (np.array(part) for part in SCALES[case.scale])
    start = library.Input(shape)
    x = start[..., ::-1] if case.colours == "bgr" else start
    x = layers.Rescaling((2 / factors).tolist(), (-2 * offsets / factors - 1).tolist())(x)
    dense = layers.Dense(
        {"sigmoid": 1, "three": 3}.get(case.head, 2),
        activation={"sigmoid": "sigmoid", "logits": None}.get(case.head, "softmax"),
        dtype=policy or "float32",
    )
    if case.layout == "nested":
        model = library.Model(start, library.Sequential([base, dense])(x))
    elif case.layout == "teachable":
        inner = library.Model(start, base(x))
        first = library.Sequential([inner, layers.GlobalAveragePooling2D()])
        model = library.Sequential([first, library.Sequential([dense])])
        model.build((None, *shape))
    else:
        model = library.Model(start, dense(layers.Dropout(0.2)(base(x))))
    dense.set_weights(head_weights(case, *lab.get_layer("logits").get_weights()))
    library.mixed_precision.set_global_policy("float32")
    return model, dense


def write(case: Case, lab: Any, pixels: NDArray[np.float32], folder: Path) -> None:
    """Writes a file and its maker's answers.

    Args:
        case: The file.
        lab: The lab's own model.
        pixels: float32 (n, side, side, 3), RGB in [0, 1].
        folder: Where to.
    """
    model, dense = make_model(case, lab)
    model.save(folder / case.name)
    prepared = prepare(case, pixels)
    kept: dict[str, Any] = {"scores": np.asarray(model(prepared, training=False), np.float32)}
    if case.layout == "mixed":  # what half of the digits cost: the same weights with more of them
        exact, _ = make_model(case, lab, "float64")
        kept["exact"] = np.asarray(exact(prepared, training=False), np.float64)
        model, dense = make_model(case, lab, "float32")
        kept["single"] = np.asarray(model(prepared, training=False), np.float32)
    kept["gradient"] = _differentiate(case, model, dense, prepared[:4])
    np.savez(folder / f"{case.name}.npz", **kept)


def _differentiate(
    case: Case, model: Any, dense: Any, pictures: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Computes the gradient of the first score before its activation, by the maker's own means."""
    import tensorflow as tf

    dense.activation = get_library(case).activations.linear
    point = tf.constant(pictures)
    with tf.GradientTape() as tape:
        tape.watch(point)
        total = tf.reduce_sum(model(point, training=False)[:, 0])
    return np.asarray(tape.gradient(total, point), np.float32)


def prepare(case: Case, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Prepares pixels as a file's maker does, by the published formulas."""
    means, deviations = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    prepared = {
        "-1..1": pixels * 2 - 1,
        "0..1": pixels,
        "0..255": pixels * 255,
        "imagenet-means": pixels * 255 - np.array([123.68, 116.779, 103.939]),
        "imagenet-deviations": (pixels - means) / deviations,
    }[case.scale]
    turned = prepared[..., ::-1] if case.colours == "bgr" else prepared
    return np.ascontiguousarray(turned, dtype=np.float32)
