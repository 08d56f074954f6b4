"""Files of Keras 2 and 3 answer as their makers' own programs do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from foreign_files import draw, functional, layer, pixels, sequential, shuffle, write_h5

from facemask_core.backend import keras
from facemask_core.errors import ForeignModelError
from facemask_core.models.foreign import architecture, file_reader, network

L = keras.layers
PICTURES = np.random.default_rng(0).uniform(0, 1, (24, 32, 32, 3)).astype(np.float32)
SEED = 2
"""Of weights with which no layer is dead."""
KINDS = ["h5", "keras"]


def answers(path: Path, images: Any = PICTURES) -> Any:
    content = file_reader.read(path)
    built = network.build_network(architecture.parse(content), content)
    return keras.ops.convert_to_numpy(built(images, training=False))


def base(library: Any = keras) -> Any:
    layers = library.layers
    start = library.Input((32, 32, 3))
    x = layers.Conv2D(8, 3, strides=2, padding="same", use_bias=False, name="Conv1")(start)
    x = layers.BatchNormalization(name="bn_Conv1")(x)
    x = layers.ReLU(6.0)(x)
    y = layers.DepthwiseConv2D(3, padding="same", name="depthwise")(x)
    y = layers.BatchNormalization(name="bn_depthwise")(y)
    x = layers.Add()([x, layers.Activation("relu")(y)])
    x = layers.SeparableConv2D(6, 3, name="separable")(x)
    return library.Model(start, layers.Concatenate()([x, x]), name="inner")


def plain(library: Any) -> Any:
    layers = library.layers
    start = library.Input((32, 32, 3))
    x = layers.Dropout(0.5)(layers.RandomFlip()(start))
    x = x / 127.5 - 1.0
    x = base(library)(x)
    x = layers.Dense(7, activation="hard_sigmoid")(layers.GlobalAveragePooling2D()(x))
    return library.Model(start, layers.Dense(2, activation="softmax")(x))


def teachable(library: Any) -> Any:
    """Teachable Machine's layout: a Sequential model of two, with a functional one in the first."""
    layers = library.layers
    inner = base(library)
    inner.trainable = False
    first = library.Sequential([inner, layers.GlobalAveragePooling2D()])
    second = library.Sequential(
        [layers.Dense(64, activation="relu"), layers.Dense(2, activation="softmax", use_bias=False)]
    )
    model = library.Sequential([first, second])
    model.build((None, 32, 32, 3))
    return model


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("make", [plain, teachable])
def test_a_file_of_keras_3_answers_as_keras_does(
    make: Callable[[Any], Any], kind: str, tmp_path: Path
) -> None:
    model = shuffle(make(keras), seed=SEED)
    model.save(tmp_path / f"model.{kind}")
    own = keras.ops.convert_to_numpy(model(PICTURES, training=False))
    assert own.std() > 0.003
    np.testing.assert_allclose(answers(tmp_path / f"model.{kind}"), own, atol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("make", [plain, teachable])
def test_a_file_of_keras_2_answers_as_keras_2_does(
    make: Callable[[Any], Any], kind: str, tmp_path: Path
) -> None:
    import tf_keras as old

    model = shuffle(make(old), seed=SEED)
    model.save(tmp_path / f"model.{kind}")
    own = np.asarray(model(PICTURES, training=False))
    assert own.std() > 0.003
    np.testing.assert_allclose(answers(tmp_path / f"model.{kind}"), own, atol=1e-4)


def test_a_file_by_hand_in_the_format_of_keras_2(tmp_path: Path) -> None:
    """What a file says of training is left out, also what Keras 3 refuses."""
    kernel, bias = draw(3, 3, 3, 4), draw(4)
    gamma, beta, mean, variance = (
        1 + draw(4, seed=1),
        draw(4, seed=2),
        draw(4, seed=3),
        draw(4) ** 2,
    )
    dense = draw(4, 2)
    path = write_h5(
        tmp_path / "detector.model",
        functional(
            pixels(),
            layer("Conv2D", "conv", "input_1", filters=4, kernel_size=[3, 3], activation="linear"),
            layer("BatchNormalization", "bn", "conv", axis=[3], epsilon=0.01, momentum=0.9),
            layer("LeakyReLU", "leaky", "bn", alpha=0.25),
            layer("GlobalAveragePooling2D", "pool", "leaky"),
            layer("Dense", "dense", "pool", units=2, use_bias=False, activation="hard_sigmoid"),
        ),
        {
            "conv": {"conv/kernel:0": kernel, "conv/bias:0": bias},
            "bn": {
                "bn/gamma:0": gamma,
                "bn/beta:0": beta,
                "bn/moving_mean:0": mean,
                "bn/moving_variance:0": variance,
            },
            "dense": {"dense/kernel:0": dense},
        },
    )
    windows = np.lib.stride_tricks.sliding_window_view(PICTURES, (3, 3), axis=(1, 2))
    x = np.einsum("nrcijk,jkio->nrco", windows, kernel) + bias
    x = (x - mean) / np.sqrt(variance + 0.01) * gamma + beta
    x = np.where(x > 0, x, 0.25 * x).mean(axis=(1, 2)) @ dense
    np.testing.assert_allclose(answers(path), np.clip(0.2 * x + 0.5, 0, 1), atol=1e-4)


def test_operations_and_colours_turned_round_within_the_model(tmp_path: Path) -> None:
    def operation(name: str, function: str, before: str, **named: Any) -> dict[str, Any]:
        entry = layer("TFOpLambda", name, function=function)
        return entry | {"inbound_nodes": [[before, 0, 0, {**named, "name": None}]]}

    turn = [{"class_name": "__ellipsis__"}, {"start": None, "stop": None, "step": -1}]
    path = write_h5(
        tmp_path / "model.h5",
        functional(
            pixels(),
            operation("divide", "math.truediv", "input_1", y=127.5),
            operation("less", "math.subtract", "divide", y=[1.0, 2.0, 3.0]),
            operation("turn", "__operators__.getitem", "less", slice_spec=turn)
            | {"class_name": "SlicingOpLambda"},
            layer("GlobalAveragePooling2D", "pool", "turn"),
        ),
    )
    expected = (PICTURES / 127.5 - [1, 2, 3])[..., ::-1].mean(axis=(1, 2))
    np.testing.assert_allclose(answers(path), expected, atol=1e-5)


def test_colours_before_the_rows_are_refused_with_the_way_out(tmp_path: Path) -> None:
    start = L.Input((3, 32, 32))
    x = L.GlobalAveragePooling2D(data_format="channels_first")(start)
    keras.Model(start, x).save(tmp_path / "model.keras")
    with pytest.raises(ForeignModelError, match=r"before the rows; save .* channels_last"):
        architecture.parse(file_reader.read(tmp_path / "model.keras"))


@pytest.mark.parametrize("kind", KINDS)
def test_pixels_are_normalised_by_what_a_layer_learned(kind: str, tmp_path: Path) -> None:
    """As EfficientNet does: how much its layer saw, a whole number, is kept among the weights."""
    learned = L.Normalization()
    learned.adapt(255 * PICTURES)
    layers = [L.Input((32, 32, 3)), learned, L.Normalization(mean=0.2, variance=4.0, invert=True)]
    model = keras.Sequential([*layers, L.GlobalAveragePooling2D()])
    path = tmp_path / f"model.{kind}"
    model.save(path)
    expected = keras.ops.convert_to_numpy(model(255 * PICTURES, training=False))
    np.testing.assert_allclose(answers(path, 255 * PICTURES), expected, atol=1e-5)
    assert np.abs(expected).max() < 10


def test_a_layer_used_twice_keeps_one_set_of_weights(tmp_path: Path) -> None:
    start = keras.Input((32, 32, 3))
    conv = L.Conv2D(3, 1)
    x = L.GlobalAveragePooling2D()(conv(conv(start)))
    model = shuffle(keras.Model(start, L.Dense(2)(x)))
    for kind in KINDS:
        model.save(tmp_path / f"model.{kind}")
        own = keras.ops.convert_to_numpy(model(PICTURES))
        np.testing.assert_allclose(answers(tmp_path / f"model.{kind}"), own, atol=1e-4)


def test_a_sequential_file_by_hand_takes_the_shape_of_its_first_layer(tmp_path: Path) -> None:
    first = layer("Flatten", "flat", batch_input_shape=[None, 32, 32, 3])
    path = write_h5(
        tmp_path / "model.h5",
        sequential(first, layer("Dense", "dense", units=2, use_bias=False)),
        {"dense": {"dense/kernel:0": draw(3072, 2)}},
    )
    np.testing.assert_allclose(
        answers(path), PICTURES.reshape(24, -1) @ draw(3072, 2), atol=1e-4, rtol=1e-4
    )


def test_names_of_layers_that_have_parts_are_told_apart(tmp_path: Path) -> None:
    """Keras 2's MobileNetV3 and DenseNet have them; here both layers end with Conv."""
    one, other = draw(1, 1, 3, 3), draw(1, 1, 3, 3, seed=1)
    inner = functional(
        pixels("start"),
        layer("Conv2D", "Conv", "start", filters=3, kernel_size=[1, 1], use_bias=False),
        layer("Conv2D", "expand/Conv", "Conv", filters=3, kernel_size=[1, 1], use_bias=False),
        layer("GlobalAveragePooling2D", "pool", "expand/Conv"),
        name="inner",
    )
    inner["name"], inner["inbound_nodes"] = "inner", [[["input_1", 0, 0, {}]]]
    path = write_h5(
        tmp_path / "model.h5",
        functional(pixels(), inner),
        {"inner": {"Conv/kernel:0": one, "expand/Conv/kernel:0": other}},
    )
    expected = (PICTURES @ one[0, 0] @ other[0, 0]).mean(axis=(1, 2))
    np.testing.assert_allclose(answers(path), expected, atol=1e-5)
