"""The store's tables, their versions, and how a file of them is opened."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from facemask_core.errors import DamagedStoreError, RunStoreError

APPLICATION_ID = 0x466D5275
"""Tells a store of runs from any other SQLite database: "FmRu"."""

BUSY_SECONDS = 30.0
"""How long to wait for another process that writes; a batch is written in milliseconds."""

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        f"PRAGMA application_id = {APPLICATION_ID}",
        """
        CREATE TABLE runs (
            id INTEGER PRIMARY KEY,
            sha256 TEXT NOT NULL UNIQUE,
            question TEXT NOT NULL,
            started TEXT NOT NULL
        )
        """,
        # The rows of a batch come in one transaction, so a run is always whole batches long.
        """
        CREATE TABLE batches (
            run INTEGER NOT NULL REFERENCES runs (id),
            first INTEGER NOT NULL,
            files INTEGER NOT NULL,
            images INTEGER NOT NULL,
            forward_seconds REAL,
            attack_seconds REAL,
            compiled INTEGER,
            seconds REAL NOT NULL,
            sha256 TEXT NOT NULL,
            PRIMARY KEY (run, first)
        ) WITHOUT ROWID
        """,
        # NULL stands for what there is not, and, among the numbers of an image, for NaN.
        """
        CREATE TABLE images (
            run INTEGER NOT NULL REFERENCES runs (id),
            position INTEGER NOT NULL,
            path TEXT NOT NULL,
            label INTEGER NOT NULL,
            skipped TEXT,
            clean_without_mask REAL,
            clean_with_mask REAL,
            attacked_without_mask REAL,
            attacked_with_mask REAL,
            success INTEGER,
            linf REAL,
            l2 REAL,
            iterations INTEGER,
            gradient_calls INTEGER,
            dead INTEGER,
            PRIMARY KEY (run, position)
        ) WITHOUT ROWID
        """,
    ),
    ("ALTER TABLE images ADD COLUMN smallest_level REAL",),
)
"""One entry a version: the statements that lead to it from the version before."""


def connect(path: Path) -> sqlite3.Connection:
    """Opens a store's file, makes it if need be, and brings it to the newest version.

    Args:
        path: The file; its folder must exist.

    Raises:
        DamagedStoreError: Its content is not what SQLite wrote.
        RunStoreError: It cannot be opened or written, is no store, or is of a newer version.
    """
    with speaking(path):
        _refuse_lost_file(path)
        # Transactions are begun by hand: the module would begin them late, after the first read.
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            connection.text_factory = _text
            _check(connection, path)
            version = _version(connection, path)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")  # not even a power cut costs a batch
            if version < len(MIGRATIONS):
                _migrate(connection, path)
        except BaseException:
            connection.close()
            raise
        return connection


def _text(data: bytes) -> str:
    """File names need not be Unicode; they come back as the file system gave them."""
    return data.decode("utf-8", "surrogateescape")


def _refuse_lost_file(path: Path) -> None:
    """Refuses a file that was emptied while its newest pages lay beside it.

    SQLite would take it for a new one and delete them; a file of one byte counts as empty to it.
    """
    pages = path.with_name(f"{path.name}-wal")
    emptied = not path.exists() or path.stat().st_size <= 1
    if emptied and pages.exists() and pages.stat().st_size > 0:
        raise DamagedStoreError(f"The run store {path} is damaged: it was emptied.")


def _check(connection: sqlite3.Connection, path: Path) -> None:
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise DamagedStoreError(f"The run store {path} is damaged: {found}.")


def _version(connection: sqlite3.Connection, path: Path) -> int:
    """Tells which version a file's tables are of; 0 for a new file."""
    with snapshot(connection):  # another process may be making the tables
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if tables and application != APPLICATION_ID:
        raise RunStoreError(f"{path} is no run store; choose another folder.")
    if version > len(MIGRATIONS):
        raise RunStoreError(
            f"The run store {path} was made by a newer version of the lab (schema {version}, this "
            f"one knows {len(MIGRATIONS)}); update the lab or choose another folder."
        )
    if version < 0 or (version > 0) != (tables > 0):
        raise DamagedStoreError(f"The run store {path} is damaged: its version is lost.")
    return int(version)


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    try:
        with transaction(connection):
            # Asked again: another process may have done it meanwhile.
            for statements in MIGRATIONS[_version(connection, path) :]:
                for statement in statements:
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
            raise
        raise RunStoreError(  # the statement is wrong, not the file
            f"The run store {path} cannot be brought to schema {len(MIGRATIONS)}: {error}."
        ) from error


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Writes all of a block's statements or, whatever happens, none."""
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


_ELSEWHERE = "choose another folder (--store) or do without it (--no-store)."


@contextmanager
def speaking(path: Path) -> Iterator[None]:
    """Turns what SQLite or the file system complains of into one sentence."""
    try:
        yield
    except OSError as error:
        raise RunStoreError(
            f"The run store {path} cannot be written: {error.strerror or error}; {_ELSEWHERE}"
        ) from error
    except UnicodeDecodeError as error:  # a message that quotes what was a statement once
        raise DamagedStoreError(f"The run store {path} is damaged: {error.reason}.") from error
    except sqlite3.Error as error:
        raise _in_words(error, path) from error


_DAMAGED = {
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    # The lab's statements fit its tables, unless those are no longer what it made.
    sqlite3.SQLITE_ERROR,
    sqlite3.SQLITE_CONSTRAINT,
    sqlite3.SQLITE_MISMATCH,
}
_REFUSED = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}


def _in_words(error: sqlite3.Error, path: Path) -> RunStoreError:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_MISUSE) & 0xFF
    if code in _DAMAGED:
        return DamagedStoreError(f"The run store {path} is damaged: {error}.")
    if code in _REFUSED:
        return RunStoreError(f"The run store {path} cannot be written: {error}; {_ELSEWHERE}")
    if code == sqlite3.SQLITE_FULL:
        return RunStoreError(
            f"The disk is full, so the run store {path} cannot grow; make room and ask for the "
            "same again, which goes on where it was."
        )
    if code == sqlite3.SQLITE_BUSY:
        return RunStoreError(f"The run store {path} is busy; try again in a moment.")
    return RunStoreError(f"The run store {path} cannot be used: {error}.")
