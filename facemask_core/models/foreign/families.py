"""Well-known networks, told by their layers' names, and the pixels that each was published with.

A network that somebody trained further on masks wants the pixels it was first trained with. Where
trying does not settle it, this does.
"""

from __future__ import annotations

from dataclasses import dataclass

from facemask_core.models.foreign.plan import Architecture


@dataclass(frozen=True)
class Family:
    """A published network.

    Attributes:
        title: Its name.
        layers: Names that its layers have in Keras, and no other network's have together.
        pixels: How it takes pixels.
        colours: Their order.
    """

    title: str
    layers: tuple[str, ...]
    pixels: str
    colours: str = "rgb"


_FAMILIES = (
    Family("MobileNetV2", ("bn_Conv1", "expanded_conv_depthwise"), "-1..1"),
    Family("MobileNet", ("conv1", "conv_dw_1", "conv_pw_1"), "-1..1"),
    Family("InceptionResNetV2", ("block35_1_conv", "conv_7b"), "-1..1"),
    Family("Xception", ("block1_conv1", "block2_sepconv1"), "-1..1"),
    Family("VGG", ("block1_conv1", "block5_conv2"), "imagenet-means", "bgr"),
    Family("ResNetV2", ("conv1_conv", "conv2_block1_preact_bn"), "-1..1"),
    Family("ResNet", ("conv1_conv", "conv2_block1_1_conv"), "imagenet-means", "bgr"),
    Family("DenseNet", ("conv1/conv", "conv2_block1_0_bn"), "imagenet-deviations"),
    Family("EfficientNet", ("stem_conv", "block1a_dwconv"), "0..255"),
)
_OF_TORCHVISION = Family("one of torchvision's networks", (), "imagenet-deviations")
_TORCHVISION = ("features.0.0", "features.1.conv", "denseblock1", "layer1.0", "features.28")
"""Parts of names in MobileNet, EfficientNet, DenseNet, ResNet and VGG."""


def recognise(plan: Architecture) -> Family | None:
    """Recognises a published network.

    Args:
        plan: A model with that network in it, or made of its layers.

    Returns:
        The network; None where it is none of those known.
    """
    names = {step.spec.path[-1] for step in plan.steps}
    found = next((it for it in _FAMILIES if names.issuperset(it.layers)), None)
    return found or _recognise_torchvision(plan, names)


def _recognise_torchvision(plan: Architecture, names: set[str]) -> Family | None:
    """Recognises PyTorch's networks, by the names that an export keeps of nodes and of weights."""
    names |= {it for step in plan.steps for it in step.constants if isinstance(it, str)}
    known = plan.channels_first and any(mark in name for name in names for mark in _TORCHVISION)
    return _OF_TORCHVISION if known else None
