"""A database whose disk has no room for more."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

Connect = Callable[[Path], sqlite3.Connection]


def full(connect: Connect, *, spare: int = 0) -> Connect:
    """Opens databases as another function does, but lets them grow no further.

    Args:
        connect: That function.
        spare: Pages they may still grow by.
    """

    def opened(path: Path) -> sqlite3.Connection:
        connection = connect(path)
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + spare}")
        return connection

    return opened
