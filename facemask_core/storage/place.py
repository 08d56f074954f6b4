"""Where a store lies, and how a damaged one is laid aside."""

from __future__ import annotations

import os
import time
from pathlib import Path

from facemask_core import paths

VARIABLE = "FACEMASK_HOME"
FILE = "runs.sqlite3"
_PARTS = ("", "-wal", "-shm", "-journal")
"""SQLite keeps the newest pages and an index of them, or the older ones, beside the database."""


def default_folder() -> Path:
    """The folder ``$FACEMASK_HOME``, or the lab's own in the user's data directory."""
    chosen = os.environ.get(VARIABLE)
    if chosen:
        return Path(chosen).expanduser()
    return paths.USER_DATA


def set_aside(path: Path) -> Path:
    """Renames a database's files, keeping every byte; nobody may have them open.

    Args:
        path: The database.

    Returns:
        Its new path: ``NAME.damaged-DATE``, and a number where that is taken.
    """
    stem = f"{path.name}.damaged-{time.strftime('%Y%m%d-%H%M%S')}"
    aside, number = path.with_name(stem), 1
    while any(aside.with_name(f"{aside.name}{part}").exists() for part in _PARTS):
        number += 1
        aside = path.with_name(f"{stem}-{number}")
    for part in _PARTS:
        beside = path.with_name(f"{path.name}{part}")
        if beside.exists():
            beside.rename(aside.with_name(f"{aside.name}{part}"))
    return aside
