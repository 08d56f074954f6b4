"""Locks between processes that a dead process cannot keep."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from facemask_core.errors import RunInUseError


@contextmanager
def held(path: Path, *, shared: bool = False, wait: float = 0.0) -> Iterator[None]:
    """Holds a lock for as long as the block runs, or the process lives.

    The lock is that of an SQLite transaction on an empty database. SQLite takes it from the
    operating system, on every one it runs on, and that takes it back when the process ends, however
    it ends. Threads exclude each other like processes.

    Args:
        path: The lock's file, made if need be; its folder must exist.
        shared: Let others hold it too, as long as they share it.
        wait: Seconds to wait for others to let go.

    Raises:
        RunInUseError: Someone else holds it.
        sqlite3.Error: The file cannot be used.
    """
    with closing(sqlite3.connect(path, timeout=wait, isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA journal_mode = OFF")  # nothing is ever written
            connection.execute("BEGIN" if shared else "BEGIN EXCLUSIVE")
            connection.execute("SELECT 1 FROM sqlite_master").fetchall()  # a reader's lock
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            raise RunInUseError(f"{path} is locked by another process.") from error
        yield
