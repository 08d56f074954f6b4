"""Where a run is computed and stored, and what is called meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypedDict

from facemask_core.data.reading import Progress
from facemask_core.engines.base import Engine, Notice
from facemask_core.engines.local import Local
from facemask_core.runs.store import Store


def _ignore(*_: object) -> None:
    """Does nothing."""


@dataclass(frozen=True, kw_only=True)
class RunContext:
    """Everything about a run that its rows do not depend on.

    Attributes:
        store: The store that rows are read from and written to; without one every row is computed
            and none is stored.
        engine: Where to compute.
        progress: Called after every batch with the number of files done and of all files.
        recalled: Called before anything is computed, if the store holds rows of this run, with the
            number of files they are about and of all files.
        notice: Called with a sentence that the user should read, such as how many workers were
            lost.
    """

    store: Store | None = None
    engine: Engine = field(default_factory=Local)
    progress: Progress = _ignore
    recalled: Progress = _ignore
    notice: Notice = _ignore


class RunOptions(TypedDict, total=False):
    """The fields of a :class:`RunContext`, as keyword arguments of the functions that take one."""

    store: Store | None
    engine: Engine
    progress: Progress
    recalled: Progress
    notice: Notice
