"""A class's own MobileNet answers in a browser's engine as it does in the lab."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from foreign_files import shuffle

from benchmarks.ondevice.runtimes import Node
from facemask_core import Classifier, attacks
from facemask_core.backend import keras
from facemask_core.errors import ExportError
from facemask_core.inspection.card import describe_use
from facemask_core.models.foreign import opening
from facemask_core.models.foreign.choices import Choices
from facemask_core.models.foreign.opening import ForeignModel
from facemask_core.pictures import images
from facemask_core.robustness.sweep import sweep_epsilons
from facemask_core.web import foreign_model
from facemask_core.web.attack_settings import describe_attacks
from facemask_core.web.export import ATTACKS_FILE, write_json
from facemask_core.web.foreign_model import write_foreign_model

layers = keras.layers


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> ForeignModel:
    """A network as Teachable Machine exports it, with weights that all matter."""
    base = keras.applications.MobileNetV2((224, 224, 3), 0.35, include_top=False, weights=None)
    first = keras.Sequential([base, layers.GlobalAveragePooling2D()])
    end = layers.Dense(2, activation="softmax", use_bias=False)
    second = keras.Sequential([layers.Dense(100, activation="relu"), end])
    model = keras.Sequential([first, second])
    model.build((None, 224, 224, 3))
    path = tmp_path_factory.mktemp("class") / "keras_model.h5"
    shuffle(model).save(path)
    return opening.open_model(path, Choices("-1..1", "rgb", classes=("Mask", "No mask")))


def test_a_browser_answers_and_attacks_as_the_lab_does(
    opened: ForeignModel, tmp_path: Path
) -> None:
    way = describe_use(opened)["best"]
    assert way["classes"] == ["with_mask", "without_mask"], "its order is not the lab's"
    files = write_foreign_model(opened.model, opened.card, way, "class")
    for name, content in (files | {ATTACKS_FILE: write_json(describe_attacks())}).items():
        (tmp_path / name).write_bytes(content)
    pictures = np.random.default_rng(5).integers(0, 256, (2, 224, 224, 3), dtype=np.uint8)
    classifier = Classifier(opened.model, opened.card)
    known = classifier.predict(images.to_float(pictures))
    label = int(known[0].argmax())
    expected = sweep_epsilons(classifier, pictures[0], label, attacks.make("fgsm"), notches=[0, 8])
    with Node() as node:
        node.open([tmp_path])
        answers = node.answer("class", pictures)
        task = {"attack": "fgsm", "label": label, "notches": [0, 8]}
        found, logits = node.sweep("class", pictures[0], **task)
    assert np.abs(answers - known).max() < 1e-4 * np.abs(known).max()
    assert (found != expected.adversarial).mean() < 1e-3
    assert np.abs(logits - expected.logits).max() < 1e-3 * np.abs(expected.logits).max()


def test_what_no_browser_computes_in_time_is_refused(
    opened: ForeignModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    way = describe_use(opened)["best"]

    def write(**other: object) -> None:
        write_foreign_model(opened.model, opened.card, way | other, "class")

    for other in ({"colours": "bgr"}, {"height": 96}, {"scale": "imagenet-means"}):
        with pytest.raises(ExportError, match="one scale"):
            write(**other)
    with pytest.raises(ExportError, match="two scores"):
        write(classes=["with_mask", "without_mask", "with_mask"])
    monkeypatch.setattr(foreign_model, "MOST_PRODUCTS", 10)
    with pytest.raises(ExportError, match="too often"):
        write()
    monkeypatch.setattr(foreign_model, "MOST_PRODUCTS", 10**12)
    monkeypatch.setattr(foreign_model, "LARGEST_WEIGHTS", 10)
    with pytest.raises(ExportError, match="too many to send"):
        write()
