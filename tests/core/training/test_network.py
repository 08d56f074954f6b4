"""The model a run trains: every backbone learns, and the average fits the run's length."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tiny_backbone import RECIPE

from facemask_core import backbones
from facemask_core.backend import keras
from facemask_core.training import network, recipes


@pytest.mark.slow
@pytest.mark.parametrize("name", backbones.names())
def test_one_step_moves_every_layer_of_every_backbone(name: str) -> None:
    """At the smallest size its recipe takes, from random weights."""
    size = backbones.get(name).min_size
    model = network.build(recipes.make("best", name, schedule=((size, 1),), batch_size=2), 1)
    model.run_eagerly = True  # compiling a program for a single step takes much longer than it
    kernels = [weight for weight in model.trainable_weights if len(weight.shape) > 1]
    before = [keras.ops.convert_to_numpy(kernel.value) for kernel in kernels]
    pixels = np.random.default_rng(0).random((2, size, size, 3), dtype=np.float32)
    result = model.train_on_batch(pixels, np.eye(2, dtype=np.float32), return_dict=True)
    assert np.isfinite(result["loss"])
    after = [keras.ops.convert_to_numpy(kernel.value) for kernel in kernels]
    assert all(np.isfinite(kernel).all() for kernel in after)
    still = [
        kernel.path
        for kernel, old, new in zip(kernels, before, after, strict=True)
        if np.array_equal(old, new)
    ]
    assert still == []


@pytest.mark.parametrize(
    ("steps_per_epoch", "momentum"),
    [(1, 0.05 ** (1 / 2)), (100, 0.05 ** (1 / 200)), (10_000, 0.998)],
)
@pytest.mark.backend
def test_a_short_run_has_a_short_memory(steps_per_epoch: int, momentum: float) -> None:
    """Else most of its average would be the weights after the first step."""
    recipe = replace(RECIPE, average=0.998, schedule=((32, 1), (40, 1)))
    optimizer = network.build(recipe, steps_per_epoch).optimizer
    assert optimizer.ema_momentum == pytest.approx(momentum)


@pytest.mark.backend
def test_without_an_average_there_is_none() -> None:
    assert not network.build(replace(RECIPE, average=0.0), 10).optimizer.use_ema


@pytest.mark.backend
def test_a_twentieth_of_the_finished_average_is_the_first_steps_weights() -> None:
    """Weights that leap after the first step show how much of them is left."""
    recipe = replace(RECIPE, average=0.998, optimizer="sgd", weight_decay=0.0)
    steps = 40
    model = network.build(replace(recipe, schedule=((32, 1),)), steps)
    variables = model.trainable_variables
    for step in range(steps):
        for variable in variables:
            variable.assign(np.full(variable.shape, float(step == 0), np.float32))
        model.optimizer.apply([np.zeros(item.shape, np.float32) for item in variables])
    model.optimizer.finalize_variable_values(variables)
    for variable in variables:
        share = keras.ops.convert_to_numpy(variable.value)
        np.testing.assert_allclose(share, 0.05, atol=0.01)
