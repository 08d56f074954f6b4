"""Locks between processes that a dead process cannot keep."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from facemask_core.errors import RunInUseError


@contextmanager
def held(path: Path, *, shared: bool = False, wait: float = 0.0) -> Iterator[None]:
    """Holds a lock for as long as the block runs, or the process lives.

    The lock is that of an SQLite transaction on an empty database. SQLite takes it from the
    operating system, on every one it runs on, and that takes it back when the process ends, however
    it ends. Threads exclude each other like processes. Its file may be removed while the lock is
    held, unless it is shared: who has waited for it then turns to the new file, as those do who
    come later.

    Args:
        path: The lock's file, made if need be; its folder must exist.
        shared: Let others hold it too, as long as they share it.
        wait: Seconds to wait for others to let go.

    Raises:
        RunInUseError: Someone else holds it.
        sqlite3.Error: The file cannot be used.
    """
    with ExitStack() as kept:
        while True:
            # Looked up before the file is opened: no other can have the number while it is open.
            number = _number(path)
            connection = sqlite3.connect(path, timeout=wait, isolation_level=None)
            kept.enter_context(closing(connection))
            _lock(connection, path, shared=shared)
            if number is not None and number == _number(path):
                break
            kept.close()  # made just now, or removed by who held it
        yield


def _lock(connection: sqlite3.Connection, path: Path, *, shared: bool) -> None:
    try:
        connection.execute("PRAGMA journal_mode = OFF")  # nothing is ever written
        connection.execute("BEGIN" if shared else "BEGIN EXCLUSIVE")
        connection.execute("SELECT 1 FROM sqlite_master").fetchall()  # a reader's lock
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        raise RunInUseError(f"{path} is locked by another process.") from error


def _number(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except OSError:  # SQLite says what is wrong, if anything is
        return None
