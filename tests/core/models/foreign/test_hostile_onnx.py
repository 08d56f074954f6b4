"""ONNX files made to harm: nothing of them is followed, each is refused in a sentence in time."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from onnx_files import build, make_model, node, write

from facemask_core.errors import ForeignModelError
from facemask_core.models.foreign import file_reader, heads, limits, reader_process
from facemask_core.models.foreign.architecture import parse

DENSE = {"d": np.full((3, 2), 0.5, np.float32)}
END = [node("GlobalAveragePool", ["r"], ["p"]), node("Flatten", ["p"], ["f"])]
END += [node("MatMul", ["f", "d"], ["y"], name="last")]


def sound(*before: onnx.NodeProto, constants: Any = None, **options: Any) -> onnx.ModelProto:
    """A model of a mean and a dense layer, behind nodes that lead from x to r."""
    nodes = [*(before or [node("Relu", ["x"], ["r"])]), *END]
    return make_model(nodes, DENSE | (constants or {}), **options)


def whole(*numbers: int) -> Any:
    return np.array(numbers, np.int64)


def branches() -> onnx.ModelProto:
    value = helper.make_tensor_value_info("z", TensorProto.FLOAT, None)
    branch = helper.make_graph([node("Relu", ["x"], ["z"])], "branch", [], [value])
    choice = node("If", ["c"], ["r"], name="fork", then_branch=branch, else_branch=branch)
    return sound(choice, constants={"c": np.array(True)})


def external(place: str) -> onnx.ModelProto:
    model = sound()
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", place), ("offset", "0"), ("length", "24")):
        entry = tensor.external_data.add()
        entry.key, entry.value = key, value
    return model


def altered(change: Callable[[onnx.ModelProto], None]) -> onnx.ModelProto:
    model = sound()
    change(model)
    return model


def shape_without_numbers(model: onnx.ModelProto) -> None:
    model.graph.initializer[0].dims[:] = [2**40, 2**20]


def other_count(model: onnx.ModelProto) -> None:
    model.graph.initializer[0].dims[:] = [3, 3]


def quantised(model: onnx.ModelProto) -> None:
    model.graph.initializer[0].CopyFrom(
        onnx.numpy_helper.from_array(np.zeros((3, 2), np.int8), "d")
    )


def twice(model: onnx.ModelProto) -> None:
    model.graph.initializer.add().CopyFrom(model.graph.initializer[0])


def two_inputs(model: onnx.ModelProto) -> None:
    model.graph.input.add().CopyFrom(
        helper.make_tensor_value_info("x2", TensorProto.FLOAT, [1, 3, 16, 16])
    )
    model.graph.node[0].CopyFrom(node("Add", ["x", "x2"], ["r"]))


def function(model: onnx.ModelProto) -> None:
    made = helper.make_function(
        "custom", "Mine", ["a"], ["b"], [node("Relu", ["a"], ["b"])], [helper.make_opsetid("", 17)]
    )
    model.functions.add().CopyFrom(made)
    model.graph.node[0].CopyFrom(node("Mine", ["x"], ["r"], domain="custom"))


def doubling(count: int) -> onnx.ModelProto:
    nodes = [node("Concat", [f"c{n}", f"c{n}"], [f"c{n + 1}"], axis=0) for n in range(count)]
    nodes.append(node("ReduceProd", [f"c{count}"], ["e"]))
    return sound(*nodes, node("Mul", ["x", "e"], ["r"]), constants={"c0": np.ones(8, np.float32)})


def many_constants() -> onnx.ModelProto:
    nodes = [node("ConstantOfShape", ["s"], [f"c{n}"]) for n in range(200)]
    joined = [f"c{n}" for n in range(200)]
    return sound(
        *nodes, node("Sum", ["x", *joined], ["r"]), constants={"s": whole(1, 3, 1000, 1000)}
    )


def long_chain(count: int) -> onnx.ModelProto:
    nodes = [node("Relu", ["x" if n == 0 else f"h{n}"], [f"h{n + 1}"]) for n in range(count)]
    return sound(*nodes, node("Relu", [f"h{count}"], ["r"]))


CIRCLE = [node("Add", ["x", "b"], ["a"]), node("Relu", ["a"], ["b"]), node("Relu", ["b"], ["r"])]
HUGE = np.array([1, 1, 1e6, 1e6], np.float32)
FILES: dict[str, tuple[Callable[[], onnx.ModelProto], str]] = {
    "custom domain": (
        lambda: sound(node("Relu", ["x"], ["r"], name="evil", domain="custom")),
        "'evil' .Relu. is of the domain 'custom'",
    ),
    "unknown operator": (lambda: sound(node("Evil", ["x"], ["r"])), "'r' .Evil. is none that"),
    "branches": (branches, "'fork' .If. is none .* by tracing"),
    "function": (lambda: altered(function), "function of the file's own"),
    "other file": (lambda: external("weights.bin"), "'d' lies in another file"),
    "file of the system": (lambda: external("../../../../etc/passwd"), "'d' lies in another file"),
    "shape without numbers": (lambda: altered(shape_without_numbers), "more than 150,000,000 wei"),
    "other count": (lambda: altered(other_count), "other numbers than its shape"),
    "negative shape": (
        lambda: altered(lambda it: it.graph.initializer[0].dims.__setitem__(0, -3)),
        "'d'",
    ),
    "quantised": (lambda: altered(quantised), "quantised"),
    "two of a name": (lambda: altered(twice), "Two constants of the file are called 'd'"),
    "two inputs": (lambda: altered(two_inputs), "has 2 inputs"),
    "circle": (lambda: sound(*CIRCLE), "'.' .(Add|Relu). go in a circle"),
    "two nodes for one value": (
        lambda: sound(node("Relu", ["x"], ["r"]), node("Tanh", ["x"], ["r"])),
        "Two nodes of the file give 'r'",
    ),
    "value from nowhere": (lambda: sound(node("Add", ["x", "?"], ["r"])), "Nothing .* gives '.'"),
    "nan": (
        lambda: sound(constants={"d": np.full((3, 2), np.nan, np.float32)}),
        "weight 'd' of the node 'last' .MatMul. holds numbers that are not finite",
    ),
    "infinite": (lambda: sound(constants={"d": np.full((3, 2), np.inf, np.float32)}), "not finite"),
    "million nodes": (lambda: long_chain(10**6), "1,000,004 nodes; the limit is 20,000"),
    "many nodes": (lambda: long_chain(limits.MOST_STEPS), "more than 3,000 nodes"),
    "doubling": (lambda: doubling(40), "makes a constant larger"),
    "many constants": (many_constants, "works out too many constants"),
    "constant of a huge shape": (
        lambda: sound(
            node("ConstantOfShape", ["s"], ["e"]),
            node("Add", ["x", "e"], ["r"]),
            constants={"s": whole(1, 3, 10**6, 10**6)},
        ),
        "makes a constant larger",
    ),
    "range without end": (
        lambda: sound(
            node("Range", ["a", "b", "c"], ["e"]),
            node("Add", ["x", "e"], ["r"]),
            constants={"a": np.array(0), "b": np.array(10**12), "c": np.array(1)},
        ),
        "counts without end",
    ),
    "huge map": (
        lambda: sound(node("Resize", ["x", "", "s"], ["r"]), constants={"s": HUGE}),
        "of a size that no model needs",
    ),
    "huge border": (
        lambda: sound(
            node("Pad", ["x", "s"], ["r"]), constants={"s": whole(0, 0, 9**9, 0, 0, 0, 0, 0)}
        ),
        "adds more around a map",
    ),
    "many maps": (
        lambda: sound(
            *(node("Conv", [f"h{n}" if n else "x", "k"], [f"h{n + 1}"]) for n in range(1)),
            node("Conv", ["h1", "w"], ["r"], pads=[600] * 4),
            constants={
                "k": np.ones((400, 3, 1, 1), np.float32),
                "w": np.ones((400, 400, 1, 1), np.float32),
            },
        ),
        "takes more computing than it may, at the node 'r' .Conv.",
    ),
    "holes": (
        lambda: sound(
            node("Conv", ["x", "k"], ["r"], dilations=[500] * 2, strides=[2, 2], pads=[600] * 4),
            constants={"k": np.ones((9, 3, 3, 3), np.float32)},
        ),
        "makes a constant larger",
    ),
    "mixes pictures": (
        lambda: sound(
            node("Reshape", ["x", "s"], ["t"]),
            node("Reshape", ["t", "u"], ["r"]),
            constants={"s": whole(3, -1), "u": whole(1, 3, 16, 16)},
        ),
        "would mix the pictures",
    ),
    "old operators": (lambda: sound(version=3), "version 3 of ONNX's operators"),
    "huge picture": (lambda: sound(shape=(1, 3, 10**9, 10**9)), "a side of 1000000000 pixels"),
    "no picture": (lambda: sound(shape=(1, 3)), "has 2 dimensions"),
    "seven colours": (lambda: sound(shape=(1, 7, 16, 16)), "the shape|colours"),
    "no answer from the picture": (
        lambda: make_model([node("Relu", ["d"], ["y"])], DENSE),
        "0 inputs",
    ),
    "negative windows": (
        lambda: sound(node("MaxPool", ["x"], ["r"], kernel_shape=[-2, 2])),
        "windows that are not",
    ),
    "steps of nought": (
        lambda: sound(node("MaxPool", ["x"], ["r"], kernel_shape=[2, 2], strides=[0, 0])),
        "windows that are not",
    ),
    "axis that is not there": (
        lambda: sound(node("ReduceMax", ["x"], ["r"], axes=[9])),
        "speaks of an axis 9",
    ),
}


@pytest.mark.parametrize(
    ("name", "reader"),
    [
        *((name, file_reader) for name in FILES),
        *((name, reader_process) for name in ("other file",)),
        *(pytest.param(name, reader_process, marks=pytest.mark.slow) for name in FILES),
    ],
)
def test_a_hostile_file_is_refused_in_a_sentence(name: str, reader: Any, tmp_path: Path) -> None:
    make, words = FILES[name]
    path = tmp_path / "model.onnx"
    path.write_bytes(make().SerializeToString())
    (tmp_path / "weights.bin").write_bytes(bytes(24))
    began = time.monotonic()
    with pytest.raises(ForeignModelError, match=words) as refusal:
        build(path, reader)
    assert time.monotonic() - began < 30
    said = str(refusal.value)
    assert said.endswith(".")
    assert len(said) < 400
    assert "\n" not in said


def test_a_sound_file_of_that_kind_is_read(tmp_path: Path) -> None:
    path = tmp_path / "model"
    path.write_bytes(sound().SerializeToString())
    assert build(path).output_shape == (None, 2)


def test_a_softmax_over_the_pictures_is_refused(tmp_path: Path) -> None:
    nodes = [node("Relu", ["x"], ["r"]), *END[:-1], node("MatMul", ["f", "d"], ["l"])]
    path = write(
        tmp_path / "model.onnx", *nodes, node("Softmax", ["l"], ["y"], axis=0), constants=DENSE
    )
    with pytest.raises(ForeignModelError, match="goes over the pictures"):
        heads.take_off(parse(file_reader.read(path)), "")


def test_a_largest_score_without_its_class_is_refused(tmp_path: Path) -> None:
    nodes = [node("Relu", ["x"], ["r"]), *END[:-1], node("MatMul", ["f", "d"], ["l"])]
    path = write(
        tmp_path / "m.onnx", *nodes, node("ReduceMax", ["l"], ["y"], axes=[1]), constants=DENSE
    )
    with pytest.raises(ForeignModelError, match="keeps the largest score alone"):
        heads.take_off(parse(file_reader.read(path)), "")


@pytest.mark.slow
def test_a_file_of_nothing_but_nodes_stays_within_its_memory(tmp_path: Path) -> None:
    """Two bytes a node in the file, hundreds in memory: the process is ended, not the lab."""
    body = b"\x0a\x00" * 100_000_000
    head = b"\x08\x08\x42\x02\x10\x11\x3a"
    length, digits = len(body), []
    while True:
        length, digit = length >> 7, length & 127
        digits.append(digit | (128 if length else 0))
        if not length:
            break
    path = tmp_path / "model.onnx"
    path.write_bytes(head + bytes(digits) + body)
    with pytest.raises(ForeignModelError, match=r"more memory or time|nodes; the limit"):
        reader_process.read(path)


@pytest.mark.slow
def test_a_file_cut_short_anywhere_is_refused(tmp_path: Path) -> None:
    model = sound()
    del model.opset_import[1:]  # without the last of these, in whatever order, it would be sound
    whole_file = model.SerializeToString()
    path = tmp_path / "model.onnx"
    for length in np.unique(np.linspace(0, len(whole_file) - 1, 200, dtype=int)):
        path.write_bytes(whole_file[:length])
        with pytest.raises(ForeignModelError):
            build(path)


@pytest.mark.slow
def test_a_file_with_any_byte_changed_is_read_or_refused(tmp_path: Path) -> None:
    whole_file = bytearray(sound().SerializeToString())
    path = tmp_path / "model.onnx"
    rng = np.random.default_rng(0)
    refusals = []
    for place in range(0, len(whole_file), 4):
        changed = bytearray(whole_file)
        changed[place] ^= int(rng.integers(1, 256))
        path.write_bytes(changed)
        with suppress(ForeignModelError):
            build(path)
            continue
        refusals.append(place)
    assert len(refusals) > len(whole_file) / 16
