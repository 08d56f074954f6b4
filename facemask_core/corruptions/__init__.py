"""The registry of corruptions: adding one is a file in this folder and a line below."""

from __future__ import annotations

from facemask_core.corruptions.base import SEVEREST, SEVERITIES, Corruption
from facemask_core.corruptions.blur import Blur
from facemask_core.corruptions.brighter import Brighter
from facemask_core.corruptions.colour_cast import ColourCast
from facemask_core.corruptions.contrast import Contrast
from facemask_core.corruptions.darker import Darker
from facemask_core.corruptions.distance import Distance
from facemask_core.corruptions.jpeg import JPEG
from facemask_core.corruptions.mouth_box import MouthBox
from facemask_core.corruptions.noise import GaussianNoise
from facemask_core.corruptions.rotation import Rotation
from facemask_core.errors import CorruptionError
from facemask_core.registry import Registry

__all__ = ["SEVEREST", "SEVERITIES", "Corruption", "get", "make", "names", "settings"]

_REGISTRY: Registry[Corruption] = Registry(
    "corruption",
    CorruptionError,
    (
        *(GaussianNoise, Blur, JPEG, Darker, Brighter, Contrast, ColourCast),
        *(Distance, Rotation, MouthBox),
    ),
)
names = _REGISTRY.names
get = _REGISTRY.get
settings = _REGISTRY.settings
make = _REGISTRY.make
