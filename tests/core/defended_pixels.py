"""What a defence makes of pixels and of gradients, for the tests of defences."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from facemask_core import defences
from facemask_core.backend import keras
from facemask_core.models.gradients import compile_program
from facemask_core.pictures import images

ops = keras.ops
seeds = st.integers(0, 2**32 - 1)


def applied(defence: defences.Defence, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    return ops.convert_to_numpy(defence(ops.convert_to_tensor(pixels)))


def eight_bit(seed: int, *shape: int) -> NDArray[np.float32]:
    levels = np.random.default_rng(seed).integers(0, 256, (*shape, 3), dtype=np.uint8)
    return images.to_float(levels)


def assert_same_answers(result: NDArray[np.float32], expected: NDArray[np.float32]) -> None:
    """Differently compiled, a value on the brink of two levels may fall to the other side."""
    assert np.isclose(result, expected, atol=1e-4).mean() > 0.9
    np.testing.assert_allclose(result, expected, atol=0.2)


def assert_same_levels(result: NDArray[np.float32], expected: NDArray[np.float32]) -> None:
    """XLA multiplies by 1 / 255 where NumPy divides by 255, which moves the last bit."""
    np.testing.assert_array_equal(images.to_uint8(result), images.to_uint8(expected))
    np.testing.assert_allclose(result, expected, rtol=0, atol=1e-7)


def slope(defence: defences.Defence, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    """The gradient of the defended pixels' weighted sum, with weights of no pattern."""
    entrance = keras.Input(pixels.shape[1:])
    weigh = keras.layers.Dense(2)
    model = keras.Model(entrance, weigh(keras.layers.Flatten()(defence.layer()(entrance))))
    kernel = np.random.default_rng(3).normal(size=weigh.kernel.shape)
    weigh.set_weights([kernel, np.zeros(2)])
    towards = np.tile(np.array([-1.0, 1.0], np.float32), (len(pixels), 1))
    program = compile_program(model, lambda functions, *args: functions.margin_gradient(*args))
    _, gradient = program(ops.convert_to_tensor(pixels), ops.convert_to_tensor(towards))
    return ops.convert_to_numpy(gradient)
