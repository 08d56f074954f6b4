"""The registry of explanations: adding one is a file in this folder and a line below."""

from __future__ import annotations

from facemask_core.errors import ExplanationError
from facemask_core.explain.base import Explanation
from facemask_core.explain.grad_cam import GradCAM
from facemask_core.explain.heat import COLOURS, Summary, levels, overlay, summarise
from facemask_core.explain.saliency import Saliency
from facemask_core.explain.smooth_grad import SmoothGrad
from facemask_core.registry import Registry

__all__ = [
    "COLOURS",
    "Explanation",
    "Summary",
    "get",
    "levels",
    "make",
    "names",
    "overlay",
    "settings",
    "summarise",
]

_REGISTRY: Registry[Explanation] = Registry(
    "explanation", ExplanationError, (GradCAM, Saliency, SmoothGrad)
)
names = _REGISTRY.names
get = _REGISTRY.get
settings = _REGISTRY.settings
make = _REGISTRY.make
