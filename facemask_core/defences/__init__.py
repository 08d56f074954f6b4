"""The registry of defences: adding one is a file in this folder and a line below."""

from __future__ import annotations

from facemask_core.defences.base import Defence, defend
from facemask_core.defences.bit_depth import BitDepth
from facemask_core.defences.blur import Blur
from facemask_core.defences.jpeg import JPEG
from facemask_core.defences.random_resize import RandomResize
from facemask_core.errors import DefenceError
from facemask_core.registry import Registry

__all__ = ["Defence", "defend", "get", "make", "names", "settings"]

_REGISTRY: Registry[Defence] = Registry(
    "defence", DefenceError, (JPEG, BitDepth, Blur, RandomResize)
)
names = _REGISTRY.names
get = _REGISTRY.get
settings = _REGISTRY.settings
make = _REGISTRY.make
