"""GoogLeNet is the network of its paper's table 1."""

from __future__ import annotations

import math

import pytest

from facemask_core import backbones
from facemask_core.backbones.googlenet import BLOCKS
from facemask_core.backend import keras

SIDES = {"2_pool": 28, "3b": 28, "3b_pool": 14, "4e": 14, "4e_pool": 7, "5b": 7}
"""The table's sides of feature maps."""
CHANNELS = (256, 480, 512, 512, 512, 528, 832, 832, 1024)
"""The table's channels after each block."""


@pytest.fixture(scope="module")
def network() -> keras.Model:
    return backbones.get("googlenet").build().get_layer("network")


def test_its_size_is_that_of_a_published_one(network: keras.Model) -> None:
    """PyTorch's has 6,624,904 parameters with a head of 1000 classes, and 3x3 in place of 5x5."""
    head = 1024 * 1000 + 1000
    larger_kernels = sum((25 - 9) * reduced * five for *_, reduced, five, _ in BLOCKS.values())
    found = sum(math.prod(item.shape) for item in network.trainable_weights)
    assert found - larger_kernels + head == 6_624_904


def test_each_feature_map_has_the_tables_shape(network: keras.Model) -> None:
    sides = {name: network.get_layer(name).output.shape[1] for name in SIDES}
    assert sides == SIDES
    found = tuple(network.get_layer(block).output.shape[-1] for block in BLOCKS)
    assert found == CHANNELS
    assert network.output_shape == (None, 1024)
