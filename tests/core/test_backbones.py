"""Every registered backbone keeps the contract: pixels in, two float32 logits out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from small_models import wrapped

from facemask_core import attacks, backbones
from facemask_core.backend import keras
from facemask_core.errors import BackboneError

every_backbone = pytest.mark.parametrize("name", backbones.names())


def test_the_papers_three_are_there() -> None:
    assert {"vgg19", "mobilenetv3", "inceptionv3"} <= set(backbones.names())


@every_backbone
def test_pixels_become_two_float32_logits(name: str) -> None:
    backbone = backbones.get(name)
    assert backbone.name == name
    assert backbone.title
    assert backbone.source
    model = backbone.build()
    assert model.input_shape == (None, 224, 224, 3)
    assert model.output_shape == (None, 2)
    small = backbone.build(input_size=96)
    logits = small(np.random.default_rng(0).random((2, 96, 96, 3), dtype=np.float32))
    values = keras.ops.convert_to_numpy(logits)
    assert values.dtype == np.float32
    assert np.isfinite(values).all()
    assert not np.allclose(values.sum(axis=1), 1.0), "these would be probabilities"


@every_backbone
def test_weights_fit_whatever_the_input_size_and_dropout(name: str) -> None:
    shapes = [item.shape for item in backbones.get(name).build().weights]
    training = backbones.get(name).build(input_size=None, dropout=0.3)
    assert [item.shape for item in training.weights] == shapes


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mobilenetv3", [127.5, 0.0, 255.0]),
        ("inceptionv3", [0.0, -1.0, 1.0]),
        # BGR less the means of the original Caffe model, so blue comes first.
        ("vgg19", [255.0 - 103.939, 0.0 - 116.779, 127.5 - 123.68]),
    ],
)
def test_preprocessing_is_the_applications_own(name: str, expected: list[float]) -> None:
    pixels = keras.Input((1, 1, 3))
    preprocess = keras.Model(pixels, backbones.get(name).preprocess(pixels))
    found = keras.ops.convert_to_numpy(preprocess(np.array([[[[0.5, 0.0, 1.0]]]], np.float32)))
    np.testing.assert_allclose(found.ravel(), expected, atol=1e-3)


@every_backbone
def test_preprocessing_agrees_with_kerass_own_function(name: str) -> None:
    module = {
        "vgg19": keras.applications.vgg19,
        "mobilenetv3": keras.applications.mobilenet_v3,
        "inceptionv3": keras.applications.inception_v3,
    }[name]
    pixels = np.random.default_rng(0).random((2, 4, 4, 3), dtype=np.float32)
    tensor = keras.Input((4, 4, 3))
    ours = keras.Model(tensor, backbones.get(name).preprocess(tensor))(pixels)
    theirs = module.preprocess_input(pixels * 255.0)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(ours), theirs, atol=1e-3)


@every_backbone
def test_a_gradient_reaches_every_pixel(name: str) -> None:
    model = wrapped(backbones.get(name).build(input_size=96))
    images = np.random.default_rng(0).uniform(0.2, 0.8, (1, 96, 96, 3)).astype(np.float32)
    found = attacks.make("fgsm")(model, images, np.array([0]), epsilon=4 / 255)
    assert found.dead_gradients == 0
    moved = np.abs(found.images - images) > 3.9 / 255
    assert moved.mean() > 0.9


def test_vgg19_starts_with_a_signal_that_neither_dies_nor_explodes() -> None:
    """Sixteen ReLU layers under Keras's default initialiser end near zero."""
    keras.utils.set_random_seed(0)
    backbone = backbones.get("vgg19")
    network = backbone.build(input_size=64).get_layer("network")
    images = np.random.default_rng(0).random((8, 64, 64, 3), dtype=np.float32)
    features = keras.ops.convert_to_numpy(network(backbone.preprocess(images)))
    assert 1.0 < features.std() < 1e4


def test_an_unknown_backbone_is_refused_by_name() -> None:
    with pytest.raises(BackboneError, match="alexnet"):
        backbones.get("alexnet")


def test_imagenet_weights_offline_fail_with_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    # An earlier download on this machine must not help.
    monkeypatch.setattr("keras.src.backend.config.keras_home", lambda: str(tmp_path))
    with pytest.raises(BackboneError, match="internet"):
        backbones.get("mobilenetv3").build(weights="imagenet")
