"""Whom the lab is open to, by one variable of the environment, and what follows from it.

``FACEMASK_MODE`` is ``local`` (the default), ``classroom`` or ``public``.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from facemask_core.errors import ModeError
from facemask_core.jobs.queue import DEFAULT_LIMIT

VARIABLE = "FACEMASK_MODE"


@dataclass(frozen=True, kw_only=True)
class Mode:
    """What visitors may do.

    Attributes:
        folders: Whether they may name folders of the server, below those its operator allows.
        reports: How many reports may wait and run, unless ``FACEMASK_QUEUE_LIMIT`` says otherwise.
        reports_each: How many of those may be one visitor's; None for all.
        images: On how many pictures a report may be.
        burst: Seconds of models' time a visitor may use at once; None for any.
        refill: Seconds of it that each second gives back.
        keeps_shared: Whether what was found in photographs that all may see outlives the visitor
            who asked for it and deletes the report: others may be looking at it.
        hides_errors: Whether details of errors are hidden whatever Streamlit's settings say.
    """

    folders: bool = True
    reports: int = DEFAULT_LIMIT
    reports_each: int | None = None
    images: int = 25_000
    burst: float | None = None
    refill: float = 0.5
    keeps_shared: bool = False
    hides_errors: bool = False


_MODES = {
    "local": Mode(),
    "classroom": Mode(reports=60, reports_each=4, images=2000, burst=300.0, keeps_shared=True),
    "public": Mode(
        folders=False,
        reports=20,
        reports_each=2,
        images=500,
        burst=60.0,
        keeps_shared=True,
        hides_errors=True,
    ),
}


def current() -> Mode:
    """The mode this server was started in.

    Raises:
        ModeError: There is none of that name.
    """
    name = os.environ.get(VARIABLE, "") or "local"
    if name not in _MODES:
        raise ModeError(f"{VARIABLE} is {name!r}; start the lab with one of {', '.join(_MODES)}.")
    return _MODES[name]
