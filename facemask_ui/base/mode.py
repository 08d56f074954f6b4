"""Who may use this server, and what they may do there.

The environment variable ``FACEMASK_MODE`` is ``local`` (the default), ``classroom`` or ``public``.
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
        folders: Whether they may name folders of the server, below those the operator allows.
        reports: How many reports may wait and run, unless ``FACEMASK_QUEUE_LIMIT`` says otherwise.
        reports_each: How many of those one visitor may have; None for all of them.
        images: How many pictures one report may cover.
        burst: Seconds of the models' time a visitor may use at once; None for no limit.
        refill: Seconds of the models' time that each second gives back.
        keeps_shared: Whether a report on photographs that everyone may see stays when the visitor
            who ordered it deletes it: others may be looking at it.
        hides_errors: Whether pages hide the details of errors whatever Streamlit's settings say.
        serves_developers: Whether messages and addresses are answered that Streamlit has for the
            developers of an app, and no visitor's browser uses.
    """

    folders: bool = True
    reports: int = DEFAULT_LIMIT
    reports_each: int | None = None
    images: int = 25_000
    burst: float | None = None
    refill: float = 0.5
    keeps_shared: bool = False
    hides_errors: bool = False
    serves_developers: bool = False


_MODES = {
    "local": Mode(serves_developers=True),
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


def read_mode() -> Mode:
    """Reads the mode that the operator chose for this server.

    Raises:
        ModeError: No mode has that name.
    """
    name = os.environ.get(VARIABLE, "") or "local"
    if name not in _MODES:
        raise ModeError(f"{VARIABLE} is {name!r}; start the lab with one of {', '.join(_MODES)}.")
    return _MODES[name]
