"""Every step of a plan, in shapes that MobileNetV3 does not have, gives what Keras gives."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.ondevice.runtimes import Node
from facemask_core import Classifier, attacks
from facemask_core.backend import keras
from facemask_core.models import checkpoints
from facemask_core.pictures import images
from facemask_core.robustness.sweep import sweep_epsilons
from facemask_core.web.attack_settings import describe_attacks
from facemask_core.web.export import ATTACKS_FILE, PLAN_FILE
from facemask_core.web.plan import write_plan

layers = keras.layers


def odd_network() -> keras.Model:
    """Channels that are no multiples of eight, large kernels, every padding, and two readers."""
    keras.utils.set_random_seed(3)
    pixels = keras.Input((224, 224, 3))
    hidden = layers.Rescaling(2.0, offset=-1.0)(pixels)
    hidden = layers.Conv2D(12, 5, strides=2, padding="same")(hidden)
    hidden = layers.BatchNormalization()(hidden)
    hidden = layers.ReLU(6.0)(hidden)
    hidden = layers.DepthwiseConv2D(5, strides=3, padding="valid")(hidden)
    hidden = layers.Activation("hard_silu")(hidden)
    hidden = layers.ZeroPadding2D(((0, 1), (0, 1)))(hidden)
    hidden = layers.DepthwiseConv2D(3, strides=2, use_bias=False)(hidden)
    hidden = layers.BatchNormalization(scale=False)(hidden)
    hidden = layers.Conv2D(20, 3, padding="same")(hidden)
    factors = layers.GlobalAveragePooling2D(keepdims=True)(hidden)
    factors = layers.ReLU()(layers.Conv2D(20, 1)(factors) + 0.5) * 0.25
    hidden = layers.Add()([layers.Multiply()([hidden, factors]), layers.ReLU()(hidden)])
    pooled = layers.Dropout(0.5)(layers.GlobalAveragePooling2D()(hidden))
    return keras.Model(pixels, layers.Dense(2)(pooled))


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Classifier:
    folder = tmp_path_factory.mktemp("odd")
    model, rng = odd_network(), np.random.default_rng(4)
    for weight in model.weights:
        spread = rng.uniform(0.5, 1.5, weight.shape)
        weight.assign(spread if "variance" in weight.path else weight + 0.1 * (spread - 1))
    weights = folder / checkpoints.WEIGHTS_FILE
    digest = checkpoints.save_weights(model, weights)
    checkpoints.load_weights(model, weights)  # rounded to float16, as the browser has them
    card = checkpoints.read_card(checkpoints.locate("mobilenetv3"))
    card = replace(card, name=str(folder), weights_sha256=digest, unsure_below=None)
    for name, value in ((PLAN_FILE, write_plan(model, card)), (ATTACKS_FILE, describe_attacks())):
        (folder / name).write_text(json.dumps(value), encoding="utf-8", newline="\n")
    return Classifier(model, card)


def test_an_odd_network_and_its_gradient_are_those_of_keras(classifier: Classifier) -> None:
    pictures = np.random.default_rng(5).integers(0, 256, (2, 224, 224, 3), dtype=np.uint8)
    known = classifier.predict(images.to_float(pictures))
    label = int(known[0].argmax())
    expected = sweep_epsilons(classifier, pictures[0], label, attacks.make("fgsm"), notches=[0, 8])
    with Node() as node:
        node.open([Path(classifier.name)])
        assert np.abs(node.answer(classifier.name, pictures) - known).max() < 1e-4
        task = {"attack": "fgsm", "label": label, "notches": [0, 8]}
        found, logits = node.sweep(classifier.name, pictures[0], **task)
    assert (found != expected.adversarial).mean() < 1e-3
    assert np.abs(logits - expected.logits).max() < 1e-3
