"""Folding batch norm away changes neither answers nor gradients, nor the model it is done to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from each_backbone import each_backbone
from numpy.typing import NDArray

from facemask_core import backbones, backend
from facemask_core.backend import keras
from facemask_core.models.folding import fold_batch_norm
from facemask_core.models.gradients import compile_program

layers = keras.layers
Block = Callable[[Any], Any]

NORMS = {
    "vgg19": (0, 0),
    "mobilenetv3": (34, 0),
    "inceptionv3": (94, 0),
    "resnet50": (53, 0),
    # Its batch norms come first in a block, behind a concatenation; half of them stay.
    "densenet121": (121, 62),
    "mobilenetv2": (52, 0),
    "efficientnetb2": (69, 0),
    "googlenet": (57, 0),
}
"""Batch norms of each backbone, and those that stay."""


@pytest.fixture(autouse=True)
def _in_float64() -> Iterator[None]:
    """In float32 a ReLU near zero may open in one model and not in the other, by rounding alone."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float64")
    if backend.name() == "jax":
        import jax

        jax.config.update("jax_enable_x64", True)
    yield
    keras.config.set_dtype_policy(before)
    if backend.name() == "jax":
        jax.config.update("jax_enable_x64", False)


def norms(model: keras.Model) -> list[keras.layers.Layer]:
    every = model._flatten_layers(include_self=False)
    return [layer for layer in every if isinstance(layer, layers.BatchNormalization)]


def randomise(model: keras.Model) -> None:
    """Gives every batch norm constants far from the identity, and every layer before it a bias."""
    rng = np.random.default_rng(0)
    draws: dict[str, Callable[[Any], NDArray[np.float64]]] = {
        "gamma": lambda shape: rng.uniform(0.5, 1.5, shape),
        "beta": lambda shape: rng.normal(0, 0.2, shape),
        "moving_mean": lambda shape: rng.normal(0, 0.2, shape),
        "moving_variance": lambda shape: rng.uniform(0.5, 2, shape),
    }
    for layer in norms(model):
        for weight in layer.weights:
            weight.assign(draws[weight.name](weight.shape))
    for weight in model.weights:
        if weight.name == "bias":
            weight.assign(rng.normal(0, 0.2, weight.shape))


def answers(model: keras.Model, images: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """The logits, and the gradient of their margin with respect to the pixels."""
    direction = np.tile(np.array([[-1, 1]], np.float32), (len(images), 1))
    compiled = compile_program(model, lambda functions, *rest: functions.margin_gradient(*rest))
    found = compiled(keras.ops.convert_to_tensor(images), keras.ops.convert_to_tensor(direction))
    return [keras.ops.convert_to_numpy(values) for values in found]


def assert_same_function(first: keras.Model, second: keras.Model, side: int) -> None:
    images = np.random.default_rng(1).random((2, side, side, 3), dtype=np.float32)
    for found, expected in zip(answers(second, images), answers(first, images), strict=True):
        assert np.abs(expected).max() > 0
        error = np.linalg.norm(found - expected) / np.linalg.norm(expected)
        assert error < 1e-6, "what goes in and out is float32"


@each_backbone
def test_a_backbone_gives_the_same_answers_and_gradients(name: str) -> None:
    before, after = NORMS[name]
    keras.utils.set_random_seed(0)
    model = backbones.get(name).build(input_size=75)
    assert len(norms(model)) == before
    randomise(model)
    weights = model.get_weights()
    copy = fold_batch_norm(model)
    assert len(norms(copy)) == after
    assert copy.name == model.name
    assert not copy.trainable_variables
    assert_same_function(model, copy, 75)
    for old, new in zip(weights, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    assert len(norms(model)) == before


@pytest.mark.backend
def test_every_backbone_is_covered() -> None:
    assert tuple(NORMS) == backbones.names()


def ending_in(block: Block) -> keras.Model:
    """A network whose block lies in a model inside a model, as in the backbones."""
    keras.utils.set_random_seed(0)
    inside = keras.Input((8, 8, 4))
    inner = keras.Model(inside, layers.ReLU()(block(inside)))
    pixels = keras.Input((8, 8, 3))
    features = layers.GlobalAveragePooling2D()(inner(layers.Conv2D(4, 1)(pixels)))
    model = keras.Model(pixels, layers.Dense(2)(features))
    randomise(model)
    return model


FOLDABLE: dict[str, Block] = {
    "conv": lambda x: layers.BatchNormalization()(layers.Conv2D(5, 3)(x)),
    "conv without bias": lambda x: layers.BatchNormalization()(
        layers.Conv2D(5, 3, use_bias=False)(x)
    ),
    "depthwise": lambda x: layers.BatchNormalization()(
        layers.DepthwiseConv2D(3, depth_multiplier=2)(x)
    ),
    "dense": lambda x: layers.BatchNormalization()(layers.Dense(5)(x)),
    "no scale": lambda x: layers.BatchNormalization(scale=False)(layers.Conv2D(5, 3)(x)),
    "no centre": lambda x: layers.BatchNormalization(center=False)(layers.Conv2D(5, 3)(x)),
}


@pytest.mark.parametrize("block", FOLDABLE.values(), ids=FOLDABLE)
@pytest.mark.backend(quick=True)
def test_a_norm_behind_a_linear_layer_is_folded(block: Block) -> None:
    model = ending_in(block)
    copy = fold_batch_norm(model)
    assert (len(norms(model)), len(norms(copy))) == (1, 0)
    assert_same_function(model, copy, 8)


def read_twice(x: Any) -> Any:
    hidden = layers.Conv2D(4, 3)(x)
    return layers.Add()([hidden, layers.BatchNormalization()(hidden)])


def shared_convolution(x: Any) -> Any:
    convolution = layers.Conv2D(4, 3, padding="same")
    return convolution(layers.BatchNormalization()(convolution(x)))


def shared_norm(x: Any) -> Any:
    norm = layers.BatchNormalization()
    return norm(layers.Conv2D(4, 3)(norm(layers.Conv2D(4, 3)(x))))


def also_given_out(x: Any) -> Any:
    hidden = layers.Conv2D(4, 3)(x)
    both = keras.Model(x, [hidden, layers.BatchNormalization()(hidden)])
    return layers.Add()(both(layers.ReLU()(x)))


LASTING: dict[str, Block] = {
    "activation within": lambda x: layers.BatchNormalization()(
        layers.Conv2D(4, 3, activation="tanh")(x)
    ),
    "activation between": lambda x: layers.BatchNormalization()(
        layers.ReLU()(layers.Conv2D(4, 3)(x))
    ),
    "another axis": lambda x: layers.BatchNormalization(axis=1)(layers.Conv2D(4, 3)(x)),
    "behind pooling": lambda x: layers.BatchNormalization()(layers.MaxPooling2D()(x)),
    "read twice": read_twice,
    "also given out": also_given_out,
    "shared convolution": shared_convolution,
    "shared norm": shared_norm,
}


@pytest.mark.parametrize("block", LASTING.values(), ids=LASTING)
@pytest.mark.backend
def test_a_norm_that_cannot_be_folded_stays(block: Block) -> None:
    model = ending_in(block)
    copy = fold_batch_norm(model)
    assert (len(norms(model)), len(norms(copy))) == (1, 1)
    assert_same_function(model, copy, 8)


@pytest.mark.backend
def test_a_folded_model_can_be_folded_again() -> None:
    model = ending_in(FOLDABLE["conv"])
    assert_same_function(model, fold_batch_norm(fold_batch_norm(model)), 8)
