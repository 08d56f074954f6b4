"""Files made to harm: nothing of them runs, each is refused in a sentence, within its limits."""

from __future__ import annotations

import io
import json
import pickle
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from foreign_files import draw, functional, layer, pixels, sequential, write_h5

from facemask_core.errors import ForeignModelError
from facemask_core.models.foreign import architecture, file_reader, network, reader_process

RAN: list[str] = []
DENSE = {"dense": {"dense/kernel:0": draw(3072, 2)}}


class Program:
    def __reduce__(self) -> Any:
        return RAN.append, ("a pickle ran",)


def build(path: Path, reader: Any = reader_process) -> None:
    content = reader.read(path)
    network.build_network(architecture.parse(content), content)


def detector(*more: dict[str, Any], **settings: Any) -> dict[str, Any]:
    """A sound model of a flat layer and a dense one, which weights of one name fit."""
    flat = layer("Flatten", "flat", batch_input_shape=[None, 32, 32, 3])
    last = {"units": 2, "use_bias": False, **settings}
    return sequential(flat, *more, layer("Dense", "dense", **last))


def pickled(path: Path) -> None:
    path.write_bytes(pickle.dumps(Program()))


def torch_file(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("model/data.pkl", pickle.dumps(Program()))


def zip_bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", json.dumps(detector()))
        archive.writestr("model.weights.h5", bytes(100_000_000))


def long_text(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", " " * 20_000_000)
        archive.writestr("model.weights.h5", b"")


def hdf5_bomb(path: Path) -> None:
    write_h5(path, detector())
    with h5py.File(path, "r+") as file:
        group = file["model_weights"].create_group("dense")
        file["model_weights"].attrs["layer_names"] = [b"dense"]
        group.attrs["weight_names"] = [b"dense/kernel:0"]
        group.create_dataset("dense/kernel:0", (2**40, 2**10), "f4", chunks=(1024, 1024))


def external_link(path: Path) -> None:
    other = write_h5(path.with_name("other.h5"), detector(), DENSE)
    write_h5(path, detector(), {"dense": {}})
    with h5py.File(path, "r+") as file:
        file["model_weights/dense"].attrs["weight_names"] = [b"dense/kernel:0"]
        file["model_weights/dense/dense/kernel:0"] = h5py.ExternalLink(
            str(other), "/model_weights/dense/dense/kernel:0"
        )


def external_numbers(path: Path) -> None:
    secret = path.with_name("secret")
    secret.write_bytes(bytes(4 * 3072 * 2))
    write_h5(path, detector(), {"dense": {}})
    with h5py.File(path, "r+") as file:
        file["model_weights/dense"].attrs["weight_names"] = [b"dense/kernel:0"]
        file.create_dataset(
            "model_weights/dense/dense/kernel:0", (3072, 2), "f4", external=str(secret)
        )


def circle_of_groups(path: Path) -> None:
    memory = io.BytesIO()
    with h5py.File(memory, "w") as file:
        file.create_group("layers")
        file["layers/again"] = file["layers"]
        file["layers/once more"] = file["layers"]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps(detector()))
        archive.writestr("model.weights.h5", memory.getvalue())


def written(content: dict[str, Any] | str, weights: Any = DENSE) -> Callable[[Path], Any]:
    return lambda path: write_h5(path, content, weights)


def nested(depth: int) -> dict[str, Any]:
    model = detector()
    for number in range(depth):
        model = sequential(model, name=f"model_{number}")
    return model


CIRCLE = functional(
    pixels(),
    layer("Add", "one", "input_1", "two"),
    layer("ReLU", "two", "one"),
)
HUGE = detector(units=10**6)
FILES: dict[str, tuple[Callable[[Path], Any], str]] = {
    "lambda": (
        written(detector(layer("Lambda", "evil", function=["code", None, None]))),
        "'evil' .Lambda.* is a program",
    ),
    "custom layer": (written(detector(layer("os>system", "evil"))), "'evil'"),
    "custom model": (
        written(
            {
                "class_name": "Evil",
                "config": {
                    "layers": [layer("Flatten", "flat", batch_input_shape=[None, 32, 32, 3])]
                },
            }
        ),
        "Evil",
    ),
    "custom activation": (
        written(detector(activation={"class_name": "function", "config": "exec"})),
        "activation 'exec'",
    ),
    "program for an operation": (
        written(functional(pixels(), layer("TFOpLambda", "evil", "input_1", function="io.read"))),
        "'io.read'",
    ),
    "setting that is an object": (
        written(detector(layer("ReLU", "relu", max_value={"class_name": "Evil"}))),
        "max_value",
    ),
    "pickle": (pickled, "pickle"),
    "torch": (torch_file, "PyTorch"),
    "zip bomb": (zip_bomb, "unpacks to more"),
    "long text": (long_text, "unpacks to more"),
    "hdf5 bomb": (hdf5_bomb, "unpack to more"),
    "external link": (external_link, "leads out of it"),
    "external numbers": (external_numbers, "does not lie in the file"),
    "circle of groups": (circle_of_groups, "nested without end"),
    "circle of layers": (written(CIRCLE), "in a circle"),
    "a million layers": (
        written(detector(*[layer("ReLU", f"r{n}") for n in range(3_100)])),
        "more than 3,000 layers",
    ),
    "long architecture": (written(json.dumps(detector()) + " " * 9_000_000), "too long"),
    "deep json": (written("[" * 100_000), "nested too deeply|damaged"),
    "models without end": (written(nested(12)), "models within models"),
    "a billion weights": (written(HUGE), "'dense' .Dense. .*more than 150,000,000 weights"),
    "huge output": (
        written(functional(pixels(), layer("UpSampling2D", "up", "input_1", size=[9999, 9999]))),
        "takes more computing than it may, at the layer 'up' .UpSampling2D.",
    ),
    "nan": (
        written(detector(), {"dense": {"dense/kernel:0": draw(3072, 2) * np.nan}}),
        "not finite",
    ),
    "wrong shape": (
        written(detector(), {"dense": {"dense/kernel:0": draw(3072, 3)}}),
        "has the shape",
    ),
    "no weights": (written(detector(), {}), "no weight kernel of the layer 'dense'"),
    "no json": (written("not json"), "damaged"),
    "empty": (lambda path: path.write_bytes(b""), "no Keras model"),
}


@pytest.mark.parametrize(
    ("name", "reader"),
    [
        *((name, file_reader) for name in FILES),
        *((name, reader_process) for name in ("pickle", "hdf5 bomb")),
        *(pytest.param(name, reader_process, marks=pytest.mark.slow) for name in FILES),
    ],
)
def test_a_hostile_file_is_refused_in_a_sentence(name: str, reader: Any, tmp_path: Path) -> None:
    make, words = FILES[name]
    path = tmp_path / "model.h5"
    make(path)
    began = time.monotonic()
    with pytest.raises(ForeignModelError, match=words) as refusal:
        build(path, reader)
    assert time.monotonic() - began < 30
    assert str(refusal.value).endswith(".")
    assert len(str(refusal.value)) < 400
    assert "\n" not in str(refusal.value)
    assert RAN == []


def test_a_sound_file_of_that_kind_is_read(tmp_path: Path) -> None:
    build(write_h5(tmp_path / "model.h5", detector(), DENSE))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["h5", "keras"])
def test_a_file_cut_short_anywhere_is_refused(kind: str, tmp_path: Path) -> None:
    whole = write_h5(tmp_path / "whole.h5", detector(), DENSE).read_bytes()
    if kind == "keras":
        memory = io.BytesIO()
        with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("config.json", json.dumps(detector()))
            archive.writestr("model.weights.h5", whole)
        whole = memory.getvalue()
    path = tmp_path / f"model.{kind}"
    for length in np.linspace(0, len(whole) - 1, 200, dtype=int):
        path.write_bytes(whole[:length])
        with pytest.raises(ForeignModelError):
            file_reader.read(path)
