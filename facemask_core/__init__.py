"""The core of the lab: models, attacks and their evaluation, without any screen.

Modules that start the numerical backend are imported on first use: that takes seconds, which
``--help`` should not cost.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from facemask_core import attacks, backbones
    from facemask_core.models.classifier import Classifier, load_classifier

__all__ = ["Classifier", "attacks", "backbones", "load_classifier"]

_MODULES = ("attacks", "backbones")


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    if name in __all__:
        return getattr(importlib.import_module(f"{__name__}.models.classifier"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
