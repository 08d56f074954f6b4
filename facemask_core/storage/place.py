"""The folder the store of runs lies in."""

from __future__ import annotations

import os
from pathlib import Path

from facemask_core import paths

VARIABLE = "FACEMASK_HOME"
FILE = "runs.sqlite3"


def default_folder() -> Path:
    """Returns the folder ``$FACEMASK_HOME``, or the lab's own in the user's data directory."""
    folder = os.environ.get(VARIABLE)
    if folder:
        return Path(folder).expanduser()
    return paths.USER_DATA
