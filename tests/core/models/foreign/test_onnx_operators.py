"""Every operator of ONNX that the lab computes answers as ONNX's own runtime, its gradient too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from onnx_files import build, differentiate, node, run, write

from facemask_core import backend
from facemask_core.backend import keras
from facemask_core.models.foreign.onnx_graph.operators import COMPUTED, OPERATORS

RNG = np.random.default_rng(5)
PICTURES = RNG.uniform(-1, 1, (3, 3, 16, 16)).astype(np.float32)


def draw(*shape: int) -> NDArray[np.float32]:
    return (RNG.standard_normal(shape) / np.sqrt(np.prod(shape[1:]))).astype(np.float32)


def whole(*numbers: int) -> NDArray[np.int64]:
    return np.array(numbers, np.int64)


def scalar(number: float) -> NDArray[np.float32]:
    return np.array(number, np.float32)


K = {"k": draw(6, 3, 3, 3), "b": draw(6)}
D = {"d": draw(6, 1, 3, 3)}
FIRST = [node("Conv", ["x", "k", "b"], ["c"], pads=[1, 1, 1, 1])]


def each(
    operator: str, *inputs: str, constants: Any = None, version: int = 17, **settings: Any
) -> Any:
    """A case of one operator on the picture."""
    return [node(operator, ["x", *inputs], ["y"], **settings)], constants or {}, version


def behind(
    operator: str, *inputs: str, constants: Any = None, version: int = 17, **settings: Any
) -> Any:
    """A case of one operator behind a convolution, whose channels lie last."""
    nodes = [*FIRST, node(operator, ["c", *inputs], ["y"], **settings)]
    return nodes, K | (constants or {}), version


def listed(
    operator: str, *inputs: str, constants: Any = None, version: int = 17, **settings: Any
) -> Any:
    """A case of one operator on a list of numbers."""
    nodes = [
        *FIRST,
        node("GlobalAveragePool", ["c"], ["p"]),
        node("Flatten", ["p"], ["f"]),
        node(operator, ["f", *inputs], ["y"], **settings),
    ]
    return nodes, K | (constants or {}), version


def resize(mode: str, kind: str, *, scales: Any = None, sizes: Any = None, **settings: Any) -> Any:
    constants = {"s": np.array(scales, np.float32)} if scales else {"z": whole(*sizes)}
    inputs = ["", "s"] if scales else ["", "", "z"]
    settings |= {"mode": mode, "coordinate_transformation_mode": kind}
    return behind("Resize", *inputs, constants=constants, **settings)


NORM = {"g": 1 + draw(6), "o": draw(6), "m": draw(6), "v": 0.5 + draw(6) ** 2}
CASES: dict[str, Any] = {
    "convolution": ([*FIRST[:0], node("Conv", ["x", "k", "b"], ["y"], strides=[2, 2])], K, 11),
    "uneven padding": each("Conv", "k", "b", constants=K, pads=[0, 1, 2, 1], strides=[2, 1]),
    "same upper": each("Conv", "k", constants=K, auto_pad="SAME_UPPER", strides=[2, 3]),
    "same lower": each("Conv", "k", constants=K, auto_pad="SAME_LOWER", strides=[2, 2]),
    "dilated": each("Conv", "k", constants=K, dilations=[2, 2], pads=[2, 2, 2, 2]),
    "dilated in steps": each("Conv", "k", constants=K, dilations=[2, 1], strides=[2, 2]),
    "groups": behind("Conv", "w", constants={"w": draw(4, 3, 3, 3)}, group=2),
    "depthwise": behind("Conv", "d", constants=D, group=6, pads=[1] * 4, strides=[2, 2]),
    "depthwise multiplied": each("Conv", "d", constants=D, group=3, pads=[1] * 4),
    "depthwise unequal": behind("Conv", "d", constants=D, group=6, strides=[2, 1]),
    "batch norm": behind("BatchNormalization", *"gomv", constants=NORM, epsilon=1e-3),
    "batch norm of a list": listed("BatchNormalization", *"gomv", constants=NORM, version=9),
    "layer norm": behind("LayerNormalization", "s", "t", constants={"s": draw(16), "t": draw(16)}),
    "instance norm": behind("InstanceNormalization", "g", "o", constants=NORM),
    "group norm": behind("GroupNormalization", "g", "o", constants=NORM, num_groups=2, version=21),
    "lp norm": listed("LpNormalization", p=2, axis=1),
    "gemm": listed(
        "Gemm", "w", "q", constants={"w": draw(4, 6), "q": draw(4)}, transB=1, alpha=0.5
    ),
    "matmul": listed("MatMul", "w", constants={"w": draw(6, 4)}),
    "matmul of tables": behind("MatMul", "w", constants={"w": draw(16, 5)}),
    "matmul of values": behind("MatMul", "c", version=13),
    "clip 6": behind("Clip", "l", "h", constants={"l": scalar(0), "h": scalar(6)}),
    "clip old": behind("Clip", version=9, min=-0.1, max=0.2),
    "hard sigmoid": behind("HardSigmoid", alpha=1 / 6, beta=0.5),
    "hard swish": behind("HardSwish"),
    "gelu": behind("Gelu", version=20),
    "gelu by tanh": behind("Gelu", version=20, approximate="tanh"),
    "leaky": behind("LeakyRelu", alpha=0.2),
    "prelu": behind("PRelu", "s", constants={"s": draw(6, 1, 1)}),
    **{name: behind(name) for name in ("Relu", "Sigmoid", "Tanh", "Softplus", "Softsign", "Exp")},
    **{name: behind(name) for name in ("Abs", "Neg", "Erf", "Elu", "Selu", "Identity", "Dropout")},
    "celu": behind("Celu", alpha=2.0),
    "mish": behind("Mish", version=18),
    "cast": behind("Cast", to=1),
    "root of a square": (
        [
            *FIRST,
            node("Mul", ["c", "c"], ["s"]),
            node("Add", ["s", "e"], ["t"]),
            node("Sqrt", ["t"], ["u"]),
            node("Reciprocal", ["u"], ["v"]),
            node("Log", ["v"], ["y"]),
        ],
        K | {"e": scalar(1)},
        17,
    ),
    "power": behind("Pow", "e", constants={"e": scalar(2)}),
    "channels times constants": behind("Mul", "e", constants={"e": draw(6, 1, 1)}),
    "constant minus channels": (
        [*FIRST, node("Sub", ["e", "c"], ["y"])],
        K | {"e": draw(6, 1, 1)},
        17,
    ),
    "divided": behind("Div", "e", constants={"e": 1 + draw(1, 6, 1, 1) ** 2}),
    "squeeze and excite": (
        [*FIRST, node("GlobalAveragePool", ["c"], ["p"]), node("Mul", ["p", "c"], ["y"])],
        K,
        17,
    ),
    "largest of two": ([*FIRST, node("Max", ["c", "e"], ["y"])], K | {"e": scalar(0.1)}, 13),
    "sum and mean": (
        [*FIRST, node("Sum", ["c", "c", "c"], ["s"]), node("Mean", ["s", "c"], ["y"])],
        K,
        13,
    ),
    "max pool": behind("MaxPool", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]),
    "max pool up": behind("MaxPool", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1),
    "max pool same": behind("MaxPool", kernel_shape=[2, 2], strides=[3, 3], auto_pad="SAME_UPPER"),
    "mean pool": behind("AveragePool", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]),
    "mean pool with border": behind(
        "AveragePool", kernel_shape=[3, 3], strides=[1, 2], pads=[1, 0, 1, 0], count_include_pad=1
    ),
    "mean pool up": behind("AveragePool", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1),
    "mean pool up with border": behind(
        "AveragePool",
        kernel_shape=[3, 3],
        strides=[2, 2],
        pads=[1] * 4,
        ceil_mode=1,
        count_include_pad=1,
        version=19,
    ),
    "global max": behind("GlobalMaxPool"),
    "mean of a map": behind("ReduceMean", axes=[2, 3], keepdims=0),
    "mean of channels": behind("ReduceMean", "a", constants={"a": whole(1)}, version=18),
    "sums": behind("ReduceSum", "a", constants={"a": whole(-1)}, keepdims=0),
    "largest": behind("ReduceMax", axes=[1, 2], keepdims=0),
    "length": behind("ReduceL2", axes=[1]),
    "softmax of channels": behind("Softmax", axis=1),
    "softmax of old": behind("Softmax", axis=2, version=11),
    "log softmax": listed("LogSoftmax"),
    "flatten": behind("Flatten"),
    "reshape": behind("Reshape", "s", constants={"s": whole(1, 6, -1)}),
    "reshape with nought": behind("Reshape", "s", constants={"s": whole(0, 2, 3, -1, 16)}),
    "shuffled channels": (
        [
            *FIRST,
            node("Reshape", ["c", "s"], ["r"]),
            node("Transpose", ["r"], ["t"], perm=[0, 2, 1, 3, 4]),
            node("Reshape", ["t", "u"], ["v"]),
            node("MaxPool", ["v"], ["y"], kernel_shape=[2, 2]),
        ],
        K | {"s": whole(1, 2, 3, 16, 16), "u": whole(1, 6, 16, 16)},
        17,
    ),
    "channels last": (
        [
            *FIRST,
            node("Transpose", ["c"], ["t"], perm=[0, 2, 3, 1]),
            node("MatMul", ["t", "w"], ["u"]),
            node("Transpose", ["u"], ["y"], perm=[0, 3, 1, 2]),
        ],
        K | {"w": draw(6, 2)},
        17,
    ),
    "transposed": behind("Transpose", perm=[0, 3, 1, 2]),
    "squeezed": (
        [
            *FIRST,
            node("GlobalAveragePool", ["c"], ["p"]),
            node("Squeeze", ["p", "a"], ["s"]),
            node("Unsqueeze", ["s", "b1"], ["y"]),
        ],
        K | {"a": whole(2, 3), "b1": whole(1)},
        13,
    ),
    "squeezed of old": (
        [
            *FIRST,
            node("ReduceMean", ["c"], ["p"], axes=[3]),
            node("Squeeze", ["p"], ["s"], axes=[3]),
            node("Unsqueeze", ["s"], ["y"], axes=[1]),
        ],
        K,
        11,
    ),
    "put together": ([*FIRST, node("Concat", ["c", "x"], ["y"], axis=1)], K, 17),
    "put behind a constant": (
        [*FIRST, node("Concat", ["e", "c"], ["y"], axis=1)],
        K | {"e": draw(1, 2, 16, 16)},
        17,
    ),
    "slice": behind(
        "Slice",
        *"stau",
        constants={"s": whole(4, -1), "t": whole(-2, -99), "a": whole(2, 1), "u": whole(2, -2)},
    ),
    "slice of old": behind("Slice", version=9, starts=[1], ends=[5], axes=[1]),
    "split": (
        [
            *FIRST,
            node("Split", ["c", "l"], ["p", "q"], axis=1),
            node("Mul", ["r", "q"], ["y"]),
            node("ReduceMean", ["p"], ["r"], axes=[1]),
        ],
        K | {"l": whole(2, 4)},
        17,
    ),
    "gather one": behind("Gather", "i", constants={"i": np.array(2)}, axis=1),
    "gather colours": each("Gather", "i", constants={"i": whole(2, 1, 0)}, axis=1),
    "pad": behind(
        "Pad", "p", "e", constants={"p": whole(0, 0, 1, 2, 0, 1, 0, -3), "e": scalar(0.5)}
    ),
    "pad of old": behind("Pad", version=9, pads=[0, 0, 1, 1, 0, 0, 2, 2], mode="reflect"),
    "expand": (
        [*FIRST, node("GlobalAveragePool", ["c"], ["p"]), node("Expand", ["p", "s"], ["y"])],
        K | {"s": whole(1, 6, 4, 4)},
        17,
    ),
    "depth to space": each("DepthToSpace", blocksize=1),
    "space to depth": each("SpaceToDepth", blocksize=2),
    "upsample": behind(
        "Upsample", "s", constants={"s": np.array([1, 1, 2, 2], np.float32)}, version=9
    ),
    "upsample linearly": behind(
        "Upsample",
        "s",
        constants={"s": np.array([1, 1, 2, 2], np.float32)},
        version=9,
        mode="linear",
    ),
    "resize nearest": resize("nearest", "asymmetric", scales=[1, 1, 1.5, 2], nearest_mode="floor"),
    "resize linearly": resize("linear", "pytorch_half_pixel", sizes=[1, 6, 24, 8]),
    "resize to corners": resize("linear", "align_corners", sizes=[1, 6, 7, 31]),
    "resize cubically": resize("cubic", "half_pixel", scales=[1, 1, 2, 0.5]),
    "resize half pixels": resize("nearest", "half_pixel", sizes=[1, 6, 11, 23]),
}


@pytest.mark.backend
@pytest.mark.parametrize("case", CASES)
def test_an_operator_answers_as_the_runtime(case: str, tmp_path: Path) -> None:
    nodes, constants, version = CASES[case]
    path = write(tmp_path / "model.onnx", *nodes, constants=constants, version=version)
    model, own = build(path), run(path, PICTURES)
    pictures = PICTURES.transpose(0, 2, 3, 1)
    found = keras.ops.convert_to_numpy(model(pictures, training=False))
    np.testing.assert_allclose(found, own, atol=2e-5, rtol=2e-5)
    direction = np.random.default_rng(0).standard_normal(own.shape).astype(np.float32)
    gradient = differentiate(model, pictures, direction).transpose(0, 3, 1, 2)
    way, step = gradient / np.sqrt((gradient**2).sum()), np.float32(3e-3)
    ahead, back = (
        (run(path, PICTURES + sign * way).astype(np.float64) * direction).sum()
        for sign in (step, -step)
    )
    np.testing.assert_allclose((ahead - back) / (2 * step), (gradient * way).sum(), rtol=0.03)


def test_every_operator_has_a_case() -> None:
    tried = {one.op_type for nodes, _, _ in CASES.values() for one in nodes}
    assert COMPUTED.keys() - tried <= {"Min", "ReduceL1", "ReduceMin", "Swish"}
    assert COMPUTED.keys() < OPERATORS
    assert keras.backend.backend() == backend.name()
