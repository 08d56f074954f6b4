"""The registry of backbones: adding one is a file in this folder and a line below."""

from __future__ import annotations

from facemask_core.backbones.base import Backbone
from facemask_core.backbones.densenet121 import DENSENET121
from facemask_core.backbones.efficientnetb2 import EFFICIENTNETB2
from facemask_core.backbones.googlenet import GOOGLENET
from facemask_core.backbones.inceptionv3 import INCEPTIONV3
from facemask_core.backbones.mobilenetv2 import MOBILENETV2
from facemask_core.backbones.mobilenetv3 import MOBILENETV3
from facemask_core.backbones.resnet50 import RESNET50
from facemask_core.backbones.vgg19 import VGG19
from facemask_core.errors import BackboneError

__all__ = ["Backbone", "get", "names"]

_BACKBONES = (
    VGG19,
    MOBILENETV3,
    INCEPTIONV3,
    RESNET50,
    DENSENET121,
    MOBILENETV2,
    EFFICIENTNETB2,
    GOOGLENET,
)
_REGISTRY = {backbone.name: backbone for backbone in _BACKBONES}


def names() -> tuple[str, ...]:
    """Lists the registered backbones: the paper's three in its order, then the others."""
    return tuple(_REGISTRY)


def get(name: str) -> Backbone:
    """Returns a backbone by its name.

    Args:
        name: A name from :func:`names`.

    Raises:
        BackboneError: No backbone has that name.
    """
    if name not in _REGISTRY:
        raise BackboneError(f"There is no backbone {name!r}; choose one of {', '.join(names())}.")
    return _REGISTRY[name]
