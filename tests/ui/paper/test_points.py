"""The later points: what they compute is what the network and the attack are."""

from __future__ import annotations

import keras
import pytest

from facemask_core.paper import printed
from facemask_ui.paper import other_pictures
from facemask_ui.paper.points import composition, defence


@pytest.mark.slow
def test_the_sizes_are_those_of_the_network() -> None:
    network = keras.applications.InceptionV3(
        include_top=False, weights=None, input_shape=(224, 224, 3), pooling="avg"
    )
    stem = [
        layer
        for layer in network.layers
        if isinstance(layer, keras.layers.Conv2D | keras.layers.MaxPooling2D)
    ]
    modules = [network.get_layer(f"mixed{number}") for number in (3, 8, 10)]
    shapes = [
        *(layer.input.shape[1:] for layer in stem[:7]),
        stem[6].output.shape[1:],
        *(module.output.shape[1:] for module in modules),
        (1, 1, *network.output.shape[1:]),
        (1, 1, 2),
    ]
    assert ["×".join(map(str, shape)) for shape in shapes] == list(composition.HERE)
    assert len(composition.HERE) == len(printed.read().composition.rows)


@pytest.mark.slow
def test_the_block_is_that_of_the_network() -> None:
    network = keras.applications.MobileNetV3Small(
        include_top=False, weights=None, input_shape=(224, 224, 3), pooling="avg"
    )
    block = "expanded_conv_3"
    names = ("expand", "depthwise", "squeeze_excite_conv", "squeeze_excite_conv_1", "project")
    layers = [network.get_layer(f"{block}_{name}") for name in names]
    for layer, (_, kernel, output) in zip(layers, other_pictures.BLOCK, strict=True):
        size, strides = ("×".join(map(str, it)) for it in (layer.kernel_size, layer.strides))
        assert kernel == size + (", /2" if strides == "2×2" else "")
        assert output == "×".join(map(str, layer.output.shape[1:]))
    assert sum(layer.name.endswith("_project") for layer in network.layers) == 11


def test_every_network_of_the_paper_is_in_the_table_of_defences() -> None:
    rows = defence.list_rows()
    titles = [row["Model"] for row in rows]
    assert len(titles) == len(set(titles))
    assert sum("robust" in title for title in titles) == 2
    for row in rows:
        assert list(row) == ["Model", "2/255", "4/255", "8/255"]
