"""Heads of ONNX files, and what a network remembers of the pixels it was trained on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx_files import node, run, write

from facemask_core import load_classifier
from facemask_core.backend import keras
from facemask_core.labels import WITH_MASK, WITHOUT_MASK
from facemask_core.models.classifier import probabilities
from facemask_core.models.foreign import trial
from facemask_core.models.foreign.choices import Choices
from facemask_core.models.foreign.preparation import SCALES, Preparation

PICTURES = np.random.default_rng(1).uniform(0, 1, (4, 224, 224, 3)).astype(np.float32)
NAMES = ("with_mask", "without_mask")
ENDS: dict[str, tuple[int, list[Any], str]] = {
    "logits": (2, [], "without an activation"),
    "softmax": (2, [node("Softmax", ["s"], ["y"], axis=1)], "its softmax was taken off"),
    "log softmax": (2, [node("LogSoftmax", ["s"], ["y"])], "its log_softmax was taken off"),
    "logarithm": (
        2,
        [node("Softmax", ["s"], ["p"]), node("Log", ["p"], ["y"])],
        "its logarithm and softmax was taken off",
    ),
    "twice": (2, [node("Softmax", ["s"], ["p"]), node("Softmax", ["p"], ["y"])], "double softmax"),
    "sigmoid": (
        1,
        [node("Sigmoid", ["s"], ["p"]), node("Squeeze", ["p"], ["y"])],
        "its sigmoid was taken off",
    ),
    "three": (3, [node("Softmax", ["s"], ["y"])], "3 scores"),
}


def softmax(scores: Any) -> Any:
    return np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)


@pytest.mark.parametrize(
    ("end", "first"), [*((end, True) for end in ENDS), ("softmax", False), ("sigmoid", False)]
)
def test_what_stands_at_the_end_is_taken_off(end: str, first: bool, tmp_path: Path) -> None:
    count, nodes, words = ENDS[end]
    weights = {"w": np.random.default_rng(2).standard_normal((3, count)).astype(np.float32) * 5}
    turn = [] if first else [node("Transpose", ["x"], ["t"], perm=[0, 3, 1, 2])]
    body = [*turn, node("GlobalAveragePool", ["x" if first else "t"], ["m"])]
    body += [node("Flatten", ["m"], ["f"]), node("MatMul", ["f", "w"], ["s"])]
    shape = (1, 3, 224, 224) if first else (1, 224, 224, 3)
    named = {"constants": weights, "shape": shape}
    path = write(tmp_path / "m.onnx", *body, *(nodes or [node("Identity", ["s"], ["y"])]), **named)
    bare = write(tmp_path / "bare.onnx", *body, node("Identity", ["s"], ["y"]), **named)
    scores = run(bare, PICTURES.transpose(0, 3, 1, 2) if first else PICTURES)
    names = ("worn_incorrectly", *NAMES) if count == 3 else NAMES
    choices = Choices("0..1", "rgb", classes=names, worn_wrongly=WITHOUT_MASK)
    classifier = load_classifier(str(path), warm_up=False, choices=choices)
    found = probabilities(classifier.predict(PICTURES))
    if count == 1:
        expected = 1 / (1 + np.exp(scores[:, 0]))
    else:
        expected = softmax(scores)[:, names.index("with_mask")]
    np.testing.assert_allclose(found[:, WITH_MASK], expected, atol=1e-4)
    assert words in classifier.card.notes
    assert "of ONNX 17" in classifier.card.notes


@pytest.mark.parametrize("scale", ["-1..1", "imagenet-deviations"])
def test_a_batch_norm_tells_pixels_that_do_as_well_apart(scale: str) -> None:
    """A network that is never sure: every way ties, and only its statistics know."""
    pixels = keras.Input((224, 224, 3))
    norm = keras.layers.BatchNormalization()
    pooled = keras.layers.GlobalAveragePooling2D()(norm(pixels))
    network = keras.Model(pixels, keras.layers.Dense(2, kernel_initializer="zeros")(pooled))
    ways = [Preparation(it, "rgb", 224, 224) for it in SCALES]
    portraits, _ = trial.read_portraits("face")
    prepared = np.asarray(Preparation(scale, "rgb", 224, 224).apply(portraits))
    norm.moving_mean.assign(prepared.mean(axis=(0, 1, 2)) + 0.05)
    norm.moving_variance.assign(prepared.var(axis=(0, 1, 2)) * 1.2)
    finding = trial.find(network, ways, [(WITHOUT_MASK, WITH_MASK)])
    assert finding.best.preparation.scale == scale
    assert finding.by_statistics
    assert finding.ties == ()
