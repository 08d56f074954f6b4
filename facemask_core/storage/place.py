"""The folder the store of runs lies in."""

from __future__ import annotations

import os
from pathlib import Path

from facemask_core import paths

VARIABLE = "FACEMASK_HOME"
FILE = "runs.sqlite3"


def default_folder() -> Path:
    """The folder ``$FACEMASK_HOME``, or the lab's own in the user's data directory."""
    chosen = os.environ.get(VARIABLE)
    if chosen:
        return Path(chosen).expanduser()
    return paths.USER_DATA
