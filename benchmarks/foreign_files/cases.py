"""The files: what makes each, and what is right for it.

The lab's way to find it was worked out on the first twenty. The others were made afterwards, with
another model's weights among them, to see whether it holds on files that it was not worked out on.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """A file.

    Attributes:
        name: Its name, with the ending of its format.
        maker: ``tf_keras``, ``keras`` or ``torch``.
        scale: How the network in it takes pixels.
        colours: Their order.
        head: ``logits``, ``softmax``, ``log_softmax``, ``sigmoid`` or ``three``.
        layout: ``plain``, ``nested``, ``teachable``, ``mixed``, ``frozen``; of torch ``nchw`` or
            ``nhwc``.
        side: Rows and columns of its pictures.
        mask_first: Whether the first class is that of masks.
        labels: Whether a ``labels.txt`` lies beside it.
        version: Of ONNX's operators; 0 for Keras's files.
        weights: The shipped model whose weights it has.
    """

    name: str
    maker: str
    scale: str
    colours: str = "rgb"
    head: str = "softmax"
    layout: str = "plain"
    side: int = 224
    mask_first: bool = True
    labels: bool = False
    version: int = 0
    weights: str = "mobilenetv3"


TWENTY = (
    Case("tutorial.h5", "tf_keras", "-1..1", layout="frozen"),
    Case("one-score.h5", "tf_keras", "0..1", head="sigmoid", layout="nested"),
    Case("keras_model.h5", "tf_keras", "-1..1", layout="teachable", labels=True),
    Case("caffe.h5", "tf_keras", "imagenet-means", "bgr", mask_first=False),
    Case("half.h5", "tf_keras", "0..255", layout="mixed"),
    Case("bare.h5", "tf_keras", "imagenet-deviations", head="logits", mask_first=False),
    Case("opencv.keras", "keras", "-1..1", "bgr"),
    Case("raw.h5", "keras", "0..255", head="sigmoid", mask_first=False),
    Case("three.keras", "keras", "0..1", head="three", labels=True),
    Case("small.keras", "keras", "0..1", side=160),
    Case("half.keras", "keras", "imagenet-deviations", layout="mixed", mask_first=False),
    Case("nested.h5", "keras", "-1..1", layout="nested", mask_first=False),
    Case("caffe.keras", "keras", "imagenet-means", "bgr", head="sigmoid"),
    Case("torch.onnx", "torch", "imagenet-deviations", head="logits", layout="nchw", version=17),
    Case("to-tensor.onnx", "torch", "0..1", layout="nchw", mask_first=False, version=13),
    Case("last.onnx", "torch", "-1..1", layout="nhwc", version=12),
    Case("bytes.onnx", "torch", "0..255", "bgr", "sigmoid", "nchw", version=11),
    Case("three.onnx", "torch", "imagenet-deviations", "rgb", "three", "nchw", 224, True, True, 17),
    Case("nll.onnx", "torch", "imagenet-deviations", "rgb", "log_softmax", "nchw", 192, version=9),
    Case("bgr.onnx", "torch", "-1..1", "bgr", "logits", "nchw", version=16),
)
_ROBUST = "mobilenetv3-robust"
FURTHER = (
    Case("bgr-bytes.onnx", "torch", "0..1", "bgr", "logits", "nchw", 160, False, version=11),
    Case("plain.onnx", "torch", "-1..1", "rgb", "sigmoid", "nchw", 192, True, version=14),
    Case("last-bgr.onnx", "torch", "imagenet-deviations", "bgr", "softmax", "nhwc", version=18),
    Case("caffe.onnx", "torch", "imagenet-means", "bgr", "softmax", "nchw", 192, version=12),
    Case("last-bytes.onnx", "torch", "0..255", "rgb", "log_softmax", "nhwc", 160, version=15),
    Case("third.onnx", "torch", "0..1", "rgb", "three", "nchw", 160, False, True, 16),
    Case("last-plain.onnx", "torch", "-1..1", "rgb", "logits", "nhwc", 224, False, version=10),
    Case("large.onnx", "torch", "imagenet-deviations", "rgb", "sigmoid", "nchw", 256, version=17),
    Case(
        "robust.onnx", "torch", "0..1", head="sigmoid", layout="nchw", version=13, weights=_ROBUST
    ),
    Case("robust-plain.onnx", "torch", "-1..1", layout="nchw", version=17, weights=_ROBUST),
    Case(
        "robust-dev.onnx",
        "torch",
        "imagenet-deviations",
        "rgb",
        "logits",
        "nchw",
        version=16,
        weights=_ROBUST,
    ),
    Case(
        "robust-bgr.onnx",
        "torch",
        "-1..1",
        "bgr",
        "softmax",
        "nhwc",
        192,
        False,
        version=12,
        weights=_ROBUST,
    ),
    Case("old-nested.h5", "tf_keras", "0..255", "rgb", "sigmoid", "nested", 192, mask_first=False),
    Case("old-class.h5", "tf_keras", "0..1", "rgb", "softmax", "teachable", 160, labels=True),
    Case("old-frozen.h5", "tf_keras", "imagenet-deviations", "bgr", "logits", "frozen", 128),
    Case("old-three.h5", "tf_keras", "-1..1", head="three", mask_first=False, labels=True),
    Case("old-robust.h5", "tf_keras", "0..1", layout="frozen", mask_first=False, weights=_ROBUST),
    Case("new-half.keras", "keras", "0..255", "bgr", layout="mixed", side=160),
    Case("new-robust.keras", "keras", "-1..1", head="sigmoid", weights=_ROBUST),
    Case("new-caffe.h5", "keras", "imagenet-means", "bgr", "logits", "nested", mask_first=False),
)
CASES = (*TWENTY, *FURTHER)
