"""Each private interface of Keras does in this release what the core uses it for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from facemask_core import compat
from facemask_core.backend import keras


@pytest.fixture
def inner() -> keras.Model:
    pixels = keras.Input((4,))
    return keras.Model(pixels, keras.layers.Dense(3, name="dense")(pixels), name="inner")


@pytest.fixture
def model(inner: keras.Model) -> keras.Model:
    """A functional model around another, whose output two layers read."""
    pixels = keras.Input((4,))
    features = inner(pixels)
    double = keras.layers.Rescaling(2.0, name="double")(features)
    return keras.Model(pixels, keras.layers.Add(name="sum")([features, double]), name="outer")


def test_keras_looks_for_its_downloads_in_its_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keras.src.backend.config.keras_home", lambda: str(tmp_path))
    assert compat.keras_home() == tmp_path
    path = compat.keras_home() / "models" / "weights.h5"
    path.parent.mkdir()
    path.write_bytes(b"weights")
    file = keras.utils.get_file(
        path.name, "http://127.0.0.1:9/weights.h5", cache_subdir=path.parent.name
    )
    assert Path(file) == path


def test_the_layers_of_an_inner_model_are_listed(model: keras.Model, inner: keras.Model) -> None:
    layers = compat.all_layers(model)
    assert {"outer", "inner", "dense", "double", "sum"} <= {layer.name for layer in layers}
    assert inner in layers


def test_functional_models_alone_are_graphs(model: keras.Model) -> None:
    graphs = [layer for layer in compat.all_layers(model) if compat.is_graph(layer)]
    assert {layer.name for layer in graphs} == {"outer", "inner"}
    assert not compat.is_graph(keras.Sequential([keras.layers.Dense(1)]))


def test_a_graph_tells_who_reads_an_output(model: keras.Model, inner: keras.Model) -> None:
    calls = {call.operation.name: call for call in compat.graph_calls(model)}
    (features,) = calls["inner"].outputs
    readers = [
        name for name, call in calls.items() if any(tensor is features for tensor in call.inputs)
    ]
    assert calls["inner"].operation is inner
    assert sorted(readers) == ["double", "sum"]
    assert [id(tensor) for tensor in calls["sum"].outputs] == [id(out) for out in model.outputs]


def test_a_graph_runs_with_another_call(model: keras.Model, inner: keras.Model) -> None:
    operations: list[Any] = []

    def call(operation: Any, *inputs: Any, **options: Any) -> Any:
        operations.append(operation.name)
        output = operation(*inputs, **options)
        return 0 * output if operation is inner else output

    pixels = np.ones((2, 4), np.float32)
    outputs = compat.run_graph(model, keras.ops.convert_to_tensor(pixels), call)
    assert operations == ["inner", "double", "sum"]
    assert not keras.ops.convert_to_numpy(outputs).any()
    assert keras.ops.convert_to_numpy(model(pixels)).any()
