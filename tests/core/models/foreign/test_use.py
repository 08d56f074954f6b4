"""Heads, class names, and how a model wants its pixels; and then it is a model like any other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from foreign_files import draw, functional, layer, pixels, write_h5

from facemask_core import attacks, explain, load_classifier
from facemask_core.backend import keras
from facemask_core.data import samples
from facemask_core.errors import ForeignModelError, ForeignQuestionError
from facemask_core.labels import WITH_MASK, WITHOUT_MASK
from facemask_core.models import checkpoints
from facemask_core.models.classifier import probabilities
from facemask_core.models.foreign import architecture, class_names, heads, opening, trial
from facemask_core.models.foreign.choices import Choices, parse_choices
from facemask_core.models.foreign.content import FileContent
from facemask_core.models.foreign.preparation import SCALES, Preparation
from facemask_core.pictures import images

L = keras.layers
SAID = Choices(pixels="0..1", colours="rgb", classes=("with_mask", "without_mask"))


def write_linear(path: Path, units: int, *activations: str, training: Any = None) -> Path:
    """A linear model of a picture's mean colours, with activations at its end."""
    ends = [
        layer(
            "Activation", f"end_{n}", ["dense", *[f"end_{m}" for m in range(n)]][-1], activation=one
        )
        for n, one in enumerate(activations[1:])
    ]
    first = activations[0] if activations else "linear"
    return write_h5(
        path,
        functional(
            pixels(),
            layer("GlobalAveragePooling2D", "pool", "input_1"),
            layer("Dense", "dense", "pool", units=units, use_bias=False, activation=first),
            *ends,
        ),
        {"dense": {"dense/kernel:0": draw(3, units)}},
        training,
    )


def softmax(scores: Any) -> Any:
    return np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)


def open_and_score(path: Path, choices: Choices = SAID) -> tuple[Any, Any, str]:
    """Opens a linear model; returns its probabilities, its own scores, and its notes."""
    pictures = np.random.default_rng(1).uniform(0, 1, (6, 224, 224, 3)).astype(np.float32)
    classifier = load_classifier(str(path), warm_up=False, choices=choices)
    scores = pictures.mean(axis=(1, 2)) @ draw(3, classifier_units(path))
    return probabilities(classifier.predict(pictures)), scores, classifier.card.notes


def classifier_units(path: Path) -> int:
    return int(path.stem[-1])


@pytest.mark.parametrize("activations", [(), ("softmax",), ("linear", "softmax")])
def test_a_softmax_is_taken_off(activations: tuple[str, ...], tmp_path: Path) -> None:
    found, scores, _ = open_and_score(write_linear(tmp_path / "m2.h5", 2, *activations))
    np.testing.assert_allclose(found, softmax(scores)[:, ::-1], atol=1e-4)


def test_one_sigmoid_speaks_for_the_second_class(tmp_path: Path) -> None:
    found, scores, _ = open_and_score(write_linear(tmp_path / "m1.h5", 1, "sigmoid"))
    np.testing.assert_allclose(found[:, WITHOUT_MASK], 1 / (1 + np.exp(-scores[:, 0])), atol=1e-4)


def test_a_mask_worn_wrongly_counts_where_the_user_says(tmp_path: Path) -> None:
    path = write_linear(tmp_path / "m3.h5", 3, "softmax")
    (tmp_path / "labels.txt").write_text("0 worn incorrectly\n1 With Mask\n2 no_mask\n")
    with pytest.raises(ForeignQuestionError, match="three classes"):
        load_classifier(str(path))
    found, scores, notes = open_and_score(path, Choices("0..1", "rgb", worn_wrongly=WITHOUT_MASK))
    np.testing.assert_allclose(found[:, WITH_MASK], softmax(scores)[:, 1], atol=1e-4)
    assert "worn incorrectly" in notes
    found, scores, _ = open_and_score(path, Choices("0..1", "rgb", worn_wrongly=WITH_MASK))
    np.testing.assert_allclose(found[:, WITHOUT_MASK], softmax(scores)[:, 2], atol=1e-4)


def test_a_double_softmax_is_found_and_named(tmp_path: Path) -> None:
    path = write_linear(tmp_path / "m2.h5", 2, "softmax", "softmax")
    found, scores, notes = open_and_score(path)
    np.testing.assert_allclose(found, softmax(scores)[:, ::-1], atol=1e-4)
    assert "double softmax" in notes
    loss = {"class_name": "CategoricalCrossentropy", "config": {"from_logits": True}}
    path = write_linear(tmp_path / "m2.h5", 2, "softmax", training={"loss": loss})
    assert "second softmax" in open_and_score(path)[2]


def test_scores_that_are_no_mask_detector_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ForeignModelError, match=r"answers with the shape \(5,\)"):
        load_classifier(str(write_linear(tmp_path / "m5.h5", 5, "softmax")))


@pytest.mark.parametrize(
    ("names", "meanings"),
    [
        (["with_mask", "without_mask"], [1, 0]),
        (["No Mask", "Mask"], [0, 1]),
        (["MaskOff", "MaskOn"], [0, 1]),
        (["mask_weared_incorrect", "with_mask", "without_mask"], [2, 1, 0]),
        (["met masker", "geen masker", "masker verkeerd"], [1, 0, 2]),
        (["un masque", "pas de masque", "masque mal mis"], [1, 0, 2]),
        (["avec masque", "sans masque"], [1, 0]),
        (["未戴口罩", "戴口罩", "口罩佩戴不规范"], [0, 1, 2]),
        (["Mit Maske", "Ohne Maske"], [1, 0]),
        (["con mascarilla", "sin mascarilla"], [1, 0]),
        (["マスクなし", "マスクあり"], [0, 1]),
        (["в маске", "без маски"], [1, 0]),
        (["ja", "nee"], None),
        (["Class 1", "Class 2"], None),
        (["mask", "masked"], None),
        ([], None),
    ],
)
def test_class_names_are_understood_or_left(names: list[str], meanings: list[int] | None) -> None:
    assert class_names.read_meanings(names) == meanings


@pytest.mark.parametrize(
    "text",
    [
        b"0 Met masker\r\n1 Geen masker\r\n",
        b"\xef\xbb\xbf0: Met masker\n\n1: Geen masker",
        b"0. 'Met masker'\n1) Geen masker\n",
        "Met masker\r\nGeen masker".encode("utf-16"),
    ],
)
def test_class_names_are_read_as_editors_save_them(text: bytes, tmp_path: Path) -> None:
    (tmp_path / "labels.txt").write_bytes(text)
    assert class_names.read_beside(tmp_path / "m.h5") == ["Met masker", "Geen masker"]
    (tmp_path / "labels.txt").write_bytes("masque port\xe9\nsans masque".encode("cp1252"))
    assert class_names.read_beside(tmp_path / "m.h5") == ["masque porté", "sans masque"]


def test_what_a_user_types_is_checked() -> None:
    assert parse_choices(["pixels=0..255", "colours=BGR", "size=160"]) == Choices(
        "0..255", "bgr", 160
    )
    for word in ("pixels=7", "size=9999", "colours", "classes=a,b", "worn-wrongly=yes", "x=1"):
        with pytest.raises(ForeignModelError, match="says nothing of a model"):
            parse_choices([word])


@pytest.mark.parametrize("scale", SCALES)
def test_pixels_are_prepared_as_the_formulas_say(scale: str) -> None:
    pixel = np.array([0.2, 0.4, 0.8], np.float32)
    expected = {
        "-1..1": pixel * 2 - 1,
        "0..1": pixel,
        "0..255": pixel * 255,
        "imagenet-means": pixel * 255 - [123.68, 116.779, 103.939],
        "imagenet-deviations": (pixel - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225],
    }[scale]
    picture = np.tile(pixel, (1, 224, 224, 1))
    found = Preparation(scale, "bgr", 32, 48).apply(keras.ops.convert_to_tensor(picture))
    assert found.shape == (1, 32, 48, 3)
    np.testing.assert_allclose(found[0, 5, 5], expected[::-1], rtol=1e-3, atol=1e-4)


def write_detector(path: Path, scale: str, order: str, *, mask_first: bool) -> Path:
    """The lab's own detector as somebody else would have saved it, wanting other pixels."""
    folder = checkpoints.locate("mobilenetv3")
    lab = checkpoints.load_model(folder, checkpoints.read_card(folder))
    factors, offsets = (np.array(part) for part in SCALES[scale])
    start = keras.Input((224, 224, 3))
    x = start[..., ::-1] if order == "bgr" else start
    x = L.Rescaling((255 / factors).tolist(), (-255 * offsets / factors).tolist())(x)
    x = lab.get_layer("network")(x)
    dense = L.Dense(2, activation="softmax")
    model = keras.Model(start, dense(x))
    kernel, bias = lab.get_layer("logits").get_weights()
    turn = slice(None, None, -1) if mask_first else slice(None)
    dense.set_weights([kernel[:, turn], bias[turn]])
    model.save(path)
    return path


@pytest.mark.slow
@pytest.mark.parametrize("scale", ["imagenet-means"])
def test_how_a_detector_wants_its_pixels_is_found(scale: str, tmp_path: Path) -> None:
    path = write_detector(tmp_path / "their_own.keras", scale, "bgr", mask_first=True)
    found = opening.open_model(path)
    ways = [found.finding.best, *found.finding.ties]
    assert found.finding.best.meanings == (WITH_MASK, WITHOUT_MASK)
    assert (scale, "bgr") in [way.usage for way in ways]
    assert found.finding.best.accuracy >= 0.9
    said = opening.open_model(path, Choices(pixels=scale, colours="bgr"))
    assert said.card.name == "their-own"
    lab = load_classifier("mobilenetv3", warm_up=False)
    portraits = samples.read_portraits(samples.GALLERY_DIR)
    pictures = images.to_float(
        np.stack([images.resize(images.decode(it.path.read_bytes())) for it in portraits])
    )
    own = keras.ops.convert_to_numpy(said.model(pictures, training=False))
    np.testing.assert_allclose(probabilities(own), probabilities(lab.predict(pictures)), atol=1e-4)


@pytest.mark.slow
def test_it_is_attacked_and_explained_like_any_other(tmp_path: Path) -> None:
    path = write_detector(tmp_path / "theirs.h5", "-1..1", "rgb", mask_first=False)
    said = Choices("-1..1", "rgb", classes=("without_mask", "with_mask"))
    pictures, labels = trial.read_portraits("face")
    pictures, labels = pictures[:2], labels[:2]
    results = [
        attacks.make("fgsm")(classifier, pictures, labels, epsilon=4 / 255, seed=0).success
        for classifier in (
            load_classifier("mobilenetv3", warm_up=False),
            load_classifier(str(path), warm_up=False, choices=said, precision="fast"),
        )
    ]
    assert results[0].tolist() == results[1].tolist()
    heat = explain.make("grad-cam")
    lab, theirs = (
        heat(classifier, pictures)
        for classifier in (
            load_classifier("mobilenetv3", warm_up=False),
            load_classifier(str(path), warm_up=False, choices=said),
        )
    )
    np.testing.assert_allclose(lab, theirs, atol=1e-3)


def test_a_published_network_settles_a_tie() -> None:
    names = ("bn_Conv1", "expanded_conv_depthwise")
    before = ("input_1", names[0])
    layers = [layer("ReLU", name, one) for name, one in zip(names, before, strict=True)]
    content = FileContent("h5", "2", json_of(functional(pixels(), *layers)))
    family = opening.families.recognise(architecture.parse(content))
    assert family is not None
    assert (family.title, family.pixels) == ("MobileNetV2", "-1..1")


def json_of(value: Any) -> str:
    import json

    return json.dumps(value)


def test_three_scores_can_mean_six_things() -> None:
    assert len(heads.list_meanings(3, WITHOUT_MASK)) == 6
    for meaning in heads.list_meanings(3, WITHOUT_MASK):
        assert sorted(meaning) == [WITHOUT_MASK, WITHOUT_MASK, WITH_MASK]
