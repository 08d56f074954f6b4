"""The twenty files: what makes each, and what is right for it."""

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


CASES = (
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
