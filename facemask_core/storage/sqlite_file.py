"""A database that several processes use: how it is opened, changed, and set aside if damaged.

The store of runs and the queue of reports are such files. What their tables are, and how their
errors are worded, is their own business.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import NamedTuple

from facemask_core import system
from facemask_core.errors import RunInUseError
from facemask_core.storage import locks

BUSY_SECONDS = 30.0
"""How long to wait for another process that writes; a change is written in milliseconds."""

DAMAGED = frozenset(
    {
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
        # The lab's statements fit its tables, unless those are no longer what it made.
        sqlite3.SQLITE_ERROR,
    }
)
"""Codes of errors that mean a damaged file."""
REFUSED = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM})
"""Codes of errors that mean a file or folder that this process may not write."""

_PATIENCE = 10.0
"""Seconds to wait for another process that opens the file, or sets a damaged one aside."""
_PARTS = ("", "-wal", "-shm", "-journal")
"""SQLite keeps the newest pages and an index of them, or the older ones, beside the database."""


def connect(path: Path, prepare: Callable[[sqlite3.Connection], None]) -> sqlite3.Connection:
    """Opens a database, and makes an empty one where there is none, for its user alone.

    Args:
        path: The file; its folder must exist.
        prepare: Checks the file and makes its tables; the connection is closed where it fails.

    Raises:
        sqlite3.Error: The file cannot be opened.
    """
    # Transactions are begun by hand: the module would begin them late, after the first read.
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous = FULL")  # not even a power cut costs a change
        if not path.stat().st_size:
            # It will hold file names, and the tokens that tell visitors apart. To open and close it
            # here would let go of the locks that other threads of this process have on it (POSIX).
            # SQLite makes the files beside it with the same rights.
            path.chmod(0o600)
        prepare(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def keep_pages_beside(connection: sqlite3.Connection) -> None:
    """Has new pages written to a file beside the database, so that readers never wait for a writer.

    Two processes that change a new file to this way at once are each refused immediately, since
    neither would let go of its lock while it waits (SQLite's own waiting does not serve here).

    Raises:
        sqlite3.Error: The file cannot be written, or is busy for `BUSY_SECONDS`.
    """
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
        time.sleep(0.01)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Writes all of a block's statements or, whatever happens, none; nobody else writes then."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk has rolled back already
            connection.execute("ROLLBACK")
        raise


@contextmanager
def snapshot(connection: sqlite3.Connection) -> Iterator[None]:
    """Shows all of a block's statements the same moment, whatever others write meanwhile."""
    if connection.in_transaction:  # which does so already
        yield
        return
    connection.execute("BEGIN")
    try:
        yield
    finally:
        if connection.in_transaction:  # an error of the disk may have ended it
            connection.execute("ROLLBACK")


class Header(NamedTuple):
    """What a database's file says of itself.

    Attributes:
        version: The version of its tables; 0 for a new file.
        application_id: The program it belongs to; 0 for a new file.
        tables: How many tables and indexes it has.
    """

    version: int
    application_id: int
    tables: int


def read_header(connection: sqlite3.Connection) -> Header:
    """Reads what a database's file says of itself, all at one moment."""
    with snapshot(connection):  # another process may be making the tables
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (application_id,) = connection.execute("PRAGMA application_id").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return Header(version, application_id, tables)


def find_damage(connection: sqlite3.Connection) -> str | None:
    """Reads every page of a database; returns the first thing wrong with them, or None."""
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    return None if verdict == "ok" else verdict


def error_code(error: sqlite3.Error) -> int:
    """Returns SQLite's primary code of an error, such as ``sqlite3.SQLITE_FULL``."""
    return int(getattr(error, "sqlite_errorcode", sqlite3.SQLITE_MISUSE)) & 0xFF


def register_use(lock: Path) -> AbstractContextManager[None]:
    """Keeps others from setting a database aside, for as long as this process has it open.

    Args:
        lock: The lock's file; its folder must exist.

    Raises:
        RunInUseError: Another process is setting a damaged file aside.
    """
    return locks.held(lock, shared=True, wait=_PATIENCE)


def set_aside_damaged(path: Path, lock: Path, is_damaged: Callable[[], bool]) -> Path | None:
    """Renames a damaged database, unless it turns out to be sound once nobody else uses it.

    Another process may have renamed it already, or have been the reason why it looked damaged.
    SQLite deletes files by their names when the last user closes a database, so the names must
    not change under a user's hands.

    Args:
        path: The database; this process must have closed it.
        lock: What its users hold, in :func:`register_use`.
        is_damaged: Opens the database, says whether it is damaged, and closes it.

    Returns:
        The damaged file's new path; None if it was sound.

    Raises:
        RunInUseError: Another process has the database open.
    """
    with locks.held(lock, wait=_PATIENCE):
        return _set_aside(path) if is_damaged() else None


def _set_aside(path: Path) -> Path:
    """Renames a database's files, keeping every byte; nobody of the lab may have them open.

    Args:
        path: The database.

    Returns:
        Its new path: ``NAME.damaged-DATE``, and a number where that is taken.

    Raises:
        RunInUseError: On Windows, another program has a file open, so none was renamed.
        OSError: A file cannot be renamed for another reason, so none was.
    """
    stem = f"{path.name}.damaged-{time.strftime('%Y%m%d-%H%M%S')}"
    aside, number = path.with_name(stem), 1
    while any(aside.with_name(f"{aside.name}{part}").exists() for part in _PARTS):
        number += 1
        aside = path.with_name(f"{stem}-{number}")
    renamed = list[tuple[Path, Path]]()
    try:
        for part in _PARTS:
            before, after = (it.with_name(f"{it.name}{part}") for it in (path, aside))
            if before.exists():
                before.rename(after)
                renamed.append((before, after))
    except OSError as error:
        for before, after in reversed(renamed):  # the newest pages belong to their database
            after.rename(before)
        if system.is_in_use(error):
            raise RunInUseError(f"{path} is open in another program.") from error
        raise
    return aside
