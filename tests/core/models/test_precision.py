"""The fast precision answers as the exact one does, within the rounding it admits to."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from each_backbone import each_backbone
from numpy.typing import NDArray
from photographs import PHOTOGRAPHS, needs_photographs
from small_models import wrapped

from facemask_core import Classifier, backbones, load_classifier
from facemask_core.backend import keras
from facemask_core.data import datasets, samples
from facemask_core.errors import DeviceError
from facemask_core.models import checkpoints
from facemask_core.models.gradients import ModelFunctions, Tensor
from facemask_core.models.precision import describe_arithmetic, set_precision
from facemask_core.pictures import images

WIDE = ("mobilenetv3", "mobilenetv2", "efficientnetb2", "googlenet")
"""Backbones whose fast form stays in float32."""


@pytest.fixture(scope="module")
def both() -> tuple[Classifier, Classifier]:
    """InceptionV3, exact and fast."""
    return tuple(
        load_classifier("inceptionv3", warm_up=False, precision=precision)
        for precision in ("exact", "fast")
    )


@pytest.fixture(scope="module")
def portraits() -> NDArray[np.float32]:
    dataset = datasets.open_dataset(samples.GALLERY_DIR).take(8)
    (batch,) = datasets.stream(dataset, 8)
    return images.to_float(batch.images)


@pytest.mark.backend(quick=True)
def test_exact_is_the_model_itself(curved: Classifier) -> None:
    assert wrapped(curved.model).model is curved.model
    assert (curved.precision, curved.arithmetic) == ("exact", "float32")


@pytest.mark.backend
def test_an_unknown_precision_is_refused(curved: Classifier) -> None:
    with pytest.raises(DeviceError, match=r"'half'.*exact, fast"):
        set_precision(curved.model, "mobilenetv3", "half")


@each_backbone
def test_what_is_said_is_what_is_computed(name: str) -> None:
    model = set_precision(backbones.get(name).build(input_size=75), name, "fast")
    network = model.get_layer("network")
    convolutions = [layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D)]
    assert convolutions[0].compute_dtype == "float32", "pixels may move by less than a level"
    assert model.get_layer("logits").compute_dtype == "float32"
    kernels = [weight for weight in model.weights if weight.name == "kernel"]
    assert {kernel.dtype for kernel in kernels} == {"float32"}
    width = "float32" if name in WIDE else "bfloat16"
    assert {layer.compute_dtype for layer in convolutions[1:]} == {width}
    assert describe_arithmetic(name, "fast") == f"{width}, batch norm folded"


def _gradient(model: ModelFunctions, pixels: Tensor, direction: Tensor) -> tuple[Tensor, ...]:
    return model.margin_gradient(pixels, direction)


@pytest.mark.backend(quick=True)
def test_bfloat16_answers_and_gradients_come_out_in_float32() -> None:
    """On a network small enough for every backend."""
    keras.utils.set_random_seed(0)
    layers = keras.layers
    inside = keras.Input((16, 16, 3))
    hidden = layers.BatchNormalization()(layers.Conv2D(8, 3)(inside))
    hidden = layers.BatchNormalization()(layers.Conv2D(8, 3)(layers.ReLU()(hidden)))
    network = keras.Model(inside, layers.GlobalAveragePooling2D()(hidden), name="network")
    pixels = keras.Input((16, 16, 3))
    model = keras.Model(pixels, layers.Dense(2, name="logits")(network(pixels)))
    card = replace(wrapped(model).card, backbone="inceptionv3")
    exact, fast = (Classifier(model, card, precision) for precision in ("exact", "fast"))
    assert fast.arithmetic == "bfloat16, batch norm folded"
    inner = fast.model.get_layer("network").layers
    kinds = [layer.compute_dtype for layer in inner if isinstance(layer, keras.layers.Conv2D)]
    assert kinds == ["float32", "bfloat16"], "the first sees less than a level"
    faces = np.random.default_rng(0).random((8, 16, 16, 3), dtype=np.float32)
    direction = np.tile(np.array([[-1, 1]], np.float32), (8, 1))
    answers = [classifier.run("both", _gradient, faces, direction) for classifier in (exact, fast)]
    for expected, found in zip(*answers, strict=True):
        assert found.dtype == np.float32
        error = np.linalg.norm(found - expected) / np.linalg.norm(expected)
        assert 0 < error < 0.05


@pytest.mark.slow
@pytest.mark.backend
def test_bfloat16_answers_like_float32(
    both: tuple[Classifier, Classifier], portraits: NDArray[np.float32]
) -> None:
    exact, fast = (classifier.predict(portraits) for classifier in both)
    assert fast.dtype == np.float32
    assert not np.array_equal(exact, fast)
    np.testing.assert_allclose(fast, exact, atol=0.05)


@pytest.mark.slow
@pytest.mark.backend
def test_steps_far_below_a_level_are_felt_in_bfloat16(
    both: tuple[Classifier, Classifier], portraits: NDArray[np.float32]
) -> None:
    """A step of PGD-20 at 1/255 is an eighth of a level, less than bfloat16 pixels can hold."""
    direction = np.tile(np.array([[-1, 1]], np.float32), (len(portraits), 1))
    _, gradient = both[0].run("gradient", _gradient, portraits, direction)
    moved = np.clip(portraits + np.sign(gradient) / 8 / 255, 0, 1).astype(np.float32)
    gains = []
    for classifier in both:
        change = classifier.predict(moved) - classifier.predict(portraits)
        gains.append(change[:, 1] - change[:, 0])
    assert (gains[0] > 0).all()
    np.testing.assert_allclose(gains[1], gains[0], rtol=0.1, atol=1e-3)


@needs_photographs
@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.backend if name == "inceptionv3" else ())
        for name in checkpoints.available()
    ],
)
def test_fast_answers_to_photographs_hardly_differ(name: str) -> None:
    count = 96 if name.startswith("mobilenetv3") else 32
    dataset = datasets.open_dataset(PHOTOGRAPHS / "test").take(count)
    (batch,) = datasets.stream(dataset, count)
    exact, fast = (
        load_classifier(name, warm_up=False, precision=precision).predict(
            images.to_float(batch.images)
        )
        for precision in ("exact", "fast")
    )
    assert (exact.argmax(axis=1) != fast.argmax(axis=1)).sum() <= 1
    np.testing.assert_allclose(fast, exact, atol=0.1)
