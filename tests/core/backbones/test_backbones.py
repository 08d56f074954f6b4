"""Every registered backbone keeps the contract: pixels in, two float32 logits out."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest
from each_backbone import each_backbone
from small_models import wrapped

from facemask_core import attacks, backbones
from facemask_core.backend import keras
from facemask_core.downloads import Checksum, RemoteFile
from facemask_core.errors import BackboneError
from facemask_core.models import checkpoints

APPLICATIONS = {
    "vgg19": (keras.applications.vgg19, "VGG19"),
    "mobilenetv3": (keras.applications.mobilenet_v3, "MobileNetV3Small"),
    "inceptionv3": (keras.applications.inception_v3, "InceptionV3"),
    "resnet50": (keras.applications.resnet50, "ResNet50"),
    "densenet121": (keras.applications.densenet, "DenseNet121"),
    "mobilenetv2": (keras.applications.mobilenet_v2, "MobileNetV2"),
    "efficientnetb2": (keras.applications.efficientnet, "EfficientNetB2"),
}
"""The module in Keras of each backbone that Keras has, and the application's name."""
each_of_keras = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow) for name in APPLICATIONS]
)


@pytest.fixture(autouse=True)
def _the_same_weights() -> None:
    """Random weights are the same in every run, though no two builds of a test share theirs."""
    keras.utils.set_random_seed(0)


def theirs(name: str) -> keras.Model:
    """Keras's own headless network with its ImageNet weights."""
    application = getattr(keras.applications, APPLICATIONS[name][1])
    return application(
        include_top=False, weights="imagenet", input_shape=(224, 224, 3), pooling="avg"
    )


def test_the_papers_three_come_first() -> None:
    assert backbones.names()[:3] == ("vgg19", "mobilenetv3", "inceptionv3")


def test_learning_rates_suit_the_backbone() -> None:
    rates = {name: backbones.get(name).learning_rate for name in backbones.names()}
    assert rates == dict.fromkeys(rates, 1e-3) | {"mobilenetv3": 2e-3, "vgg19": 3e-4}


@each_backbone
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


@each_backbone
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
        ("resnet50", [255.0 - 103.939, 0.0 - 116.779, 127.5 - 123.68]),
        ("densenet121", [(0.5 - 0.485) / 0.229, (0.0 - 0.456) / 0.224, (1.0 - 0.406) / 0.225]),
        ("mobilenetv2", [0.0, -1.0, 1.0]),
        ("efficientnetb2", [127.5, 0.0, 255.0]),
    ],
)
@pytest.mark.backend
def test_preprocessing_is_the_applications_own(name: str, expected: list[float]) -> None:
    pixels = keras.Input((1, 1, 3))
    preprocess = keras.Model(pixels, backbones.get(name).preprocess(pixels))
    found = keras.ops.convert_to_numpy(preprocess(np.array([[[[0.5, 0.0, 1.0]]]], np.float32)))
    np.testing.assert_allclose(found.ravel(), expected, atol=1e-3)


@each_of_keras
def test_preprocessing_agrees_with_kerass_own_function(name: str) -> None:
    module, _ = APPLICATIONS[name]
    pixels = np.random.default_rng(0).random((2, 4, 4, 3), dtype=np.float32)
    tensor = keras.Input((4, 4, 3))
    ours = keras.Model(tensor, backbones.get(name).preprocess(tensor))(pixels)
    expected = module.preprocess_input(pixels * 255.0)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(ours), expected, atol=1e-3)


@each_backbone
def test_a_backbone_can_be_attacked_with_steps_of_exactly_epsilon(name: str) -> None:
    epsilon = 4 / 255
    model = wrapped(backbones.get(name).build(input_size=75))
    images = np.random.default_rng(0).uniform(0.2, 0.8, (1, 75, 75, 3)).astype(np.float32)
    found = attacks.make("fgsm")(model, images, np.array([0]), epsilon=epsilon)
    assert found.dead_gradients == 0
    change = np.abs(found.images - images)
    moved = change > epsilon / 2
    np.testing.assert_allclose(change[moved], epsilon, atol=1e-6)
    assert (change[~moved] == 0).all()
    assert moved.mean() > 0.9, "a gradient reaches every pixel"
    found = attacks.make("pgd", steps=2)(model, images, np.array([0]), epsilon=epsilon)
    assert found.dead_gradients == 0
    assert 0 < found.linf[0] <= epsilon + 1e-6


@each_backbone
def test_stored_weights_give_the_same_answers_in_a_new_model(name: str, tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    first, second = (backbones.get(name).build(input_size=75) for _ in range(2))
    images = np.random.default_rng(0).random((2, 75, 75, 3), dtype=np.float32)
    before = [keras.ops.convert_to_numpy(item.value) for item in first.weights]
    answers = [keras.ops.convert_to_numpy(model(images)) for model in (first, second)]
    assert not np.allclose(*answers, rtol=0.01, atol=0.0), "random weights should differ"
    digest = checkpoints.save_weights(first, path)
    for model in (first, second):
        checkpoints.load_weights(model, path, digest)
    for old, item in zip(before, second.weights, strict=True):
        rounded = old.astype(np.float16).astype(old.dtype)
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(item.value), rounded)
    answers = [keras.ops.convert_to_numpy(model(images)) for model in (first, second)]
    np.testing.assert_array_equal(*answers)


@pytest.mark.backend
def test_efficientnet_standardises_wherever_its_weights_come_from(tmp_path: Path) -> None:
    """Keras reads the means into a constant when it builds, and not when weights are assigned."""
    path = tmp_path / "weights.safetensors"
    model = backbones.get("efficientnetb2").build(input_size=64)
    checkpoints.save_weights(model, path)
    checkpoints.load_weights(model, path)
    layers = model.get_layer("network").layers[:3]
    colours = np.random.default_rng(0).random((1, 2, 2, 3), dtype=np.float32)
    found = colours * 255
    for layer in layers[1:]:
        found = layer(found)
    expected = (colours - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    np.testing.assert_allclose(keras.ops.convert_to_numpy(found), expected, atol=1e-4)


@pytest.mark.backend
def test_vgg19_starts_with_a_signal_that_neither_dies_nor_explodes() -> None:
    """Sixteen ReLU layers under Keras's default initialiser end near zero."""
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
    monkeypatch.setattr("facemask_core.compat.keras_home", lambda: tmp_path)
    with pytest.raises(BackboneError, match="internet"):
        backbones.get("mobilenetv3").build(weights="imagenet")


def test_a_backbone_without_imagenet_weights_says_so() -> None:
    bare = replace(backbones.get("mobilenetv3"), imagenet=None)
    with pytest.raises(BackboneError, match="--init random"):
        bare.build(weights="imagenet")


class Asked(Exception):  # noqa: N818
    """Ends a build once it is known what Keras wants to download."""


@each_of_keras
def test_the_imagenet_file_is_the_one_keras_would_ask_for(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def get_file(
        fname: str, origin: str, *, cache_subdir: str, file_hash: str | None = None
    ) -> None:
        raise Asked(fname, origin, cache_subdir, file_hash)

    monkeypatch.setattr("keras.src.utils.file_utils.get_file", get_file)
    with pytest.raises(Asked) as caught:
        theirs(name)
    remote = backbones.get(name).imagenet
    assert remote is not None
    digest = remote.checksum.digest if remote.checksum else None
    assert caught.value.args == (remote.filename, remote.url, "models", digest)
    assert remote.checksum or remote.size, "there has to be some way to know the file"


@pytest.mark.parametrize("name", ["mobilenetv2", "efficientnetb2", "vgg19"])
@pytest.mark.slow
def test_a_file_in_kerass_folder_gives_kerass_own_network_offline(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Keras asks for other files at other sizes, and adds a layer to some networks."""
    path = tmp_path / "models" / "weights.h5"
    path.parent.mkdir()
    publish(name, path)
    monkeypatch.setattr("keras.src.utils.file_utils.get_file", lambda *_, **__: str(path))
    monkeypatch.setattr("facemask_core.compat.keras_home", lambda: tmp_path)
    md5 = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
    remote = RemoteFile("http://127.0.0.1:9/weights.h5", "weights.h5", Checksum("md5", md5))
    backbone = replace(backbones.get(name), imagenet=remote)
    pixels = np.random.default_rng(0).random((1, 96, 96, 3), dtype=np.float32)
    module, application = APPLICATIONS[name]
    expected = getattr(keras.applications, application)(
        include_top=False, weights="imagenet", input_shape=(96, 96, 3), pooling="avg"
    )(module.preprocess_input(pixels * 255.0))
    found = backbone.build(input_size=96, weights="imagenet").get_layer("network")(
        backbone.preprocess(pixels)
    )
    found, expected = (keras.ops.convert_to_numpy(values) for values in (found, expected))
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-3 * np.abs(expected).max())


def publish(name: str, path: Path) -> None:
    """Writes random weights in the form of Keras's ImageNet files."""
    network = backbones.get(name).build(input_size=96).get_layer("network")
    for layer in network.layers:
        if isinstance(layer, keras.layers.Normalization):
            layer.adapt_mean.assign([0.485, 0.456, 0.406])
            layer.adapt_variance.assign([0.229, 0.224, 0.225])  # the deviations, as published
    with h5py.File(path, "w") as file:
        keras.src.legacy.saving.legacy_h5_format.save_weights_to_hdf5_group(file, network)


def test_a_file_of_another_network_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "models" / "weights.h5"
    path.parent.mkdir()
    path.write_bytes(b"no weights")
    monkeypatch.setattr("facemask_core.compat.keras_home", lambda: tmp_path)
    remote = RemoteFile("http://127.0.0.1:9/weights.h5", "weights.h5", size=10)
    with pytest.raises(BackboneError, match="do not fit"):
        replace(backbones.get("mobilenetv3"), imagenet=remote).build(weights="imagenet")
