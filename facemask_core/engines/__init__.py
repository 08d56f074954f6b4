"""Where a run computes. Adding an engine is a file in this folder and a line below.

Every engine computes the same rows, so the run's question in the store is the same as well: a run
that one engine began another may complete.
"""

from __future__ import annotations

from facemask_core.engines.base import Crew, Engine, Notice
from facemask_core.engines.context import RunContext
from facemask_core.engines.local import Local
from facemask_core.engines.ray import Ray
from facemask_core.errors import EngineError
from facemask_core.registry import Registry

__all__ = ["Crew", "Engine", "Local", "Notice", "RunContext", "get", "make", "names", "settings"]

_REGISTRY: Registry[Engine] = Registry("engine", EngineError, (Local, Ray))
names = _REGISTRY.names
get = _REGISTRY.get
settings = _REGISTRY.settings
make = _REGISTRY.make
