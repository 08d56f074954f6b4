"""The store's tables, their versions, and how a file of them is opened."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from facemask_core.errors import DamagedStoreError, RunStoreError, StorePlaceError
from facemask_core.storage import sqlite_file

APPLICATION_ID = 0x466D5275
"""Tells a store of runs from any other SQLite database: "FmRu"."""

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
    ("ALTER TABLE images ADD COLUMN corrupted TEXT",),
    ("ALTER TABLE images ADD COLUMN felled_by TEXT",),
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
        return sqlite_file.connect(path, partial(_prepare, path))


def _prepare(path: Path, connection: sqlite3.Connection) -> None:
    connection.text_factory = _text
    damage = sqlite_file.find_damage(connection)
    if damage:
        raise DamagedStoreError(f"The run store {path} is damaged: {damage}.")
    version = _version(connection, path)
    sqlite_file.keep_pages_beside(connection)
    if version < len(MIGRATIONS):
        _migrate(connection, path)


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


def _version(connection: sqlite3.Connection, path: Path) -> int:
    """Tells which version a file's tables are of; 0 for a new file."""
    version, application_id, tables = sqlite_file.read_header(connection)
    if tables and application_id != APPLICATION_ID:
        raise StorePlaceError(f"{path} is no run store; move it away.")
    if version > len(MIGRATIONS):
        raise StorePlaceError(
            f"The run store {path} was made by a newer version of the lab (schema {version}, this "
            f"one knows {len(MIGRATIONS)}); update the lab."
        )
    if version < 0 or (version > 0) != (tables > 0):
        raise DamagedStoreError(f"The run store {path} is damaged: its version is lost.")
    return version


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    try:
        with sqlite_file.transaction(connection):
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


_NEED = "the lab needs the right to write there."


@contextmanager
def speaking(path: Path) -> Iterator[None]:
    """Turns what SQLite or the file system complains of into one sentence."""
    try:
        yield
    except (FileExistsError, NotADirectoryError) as error:
        raise StorePlaceError(
            f"The run store {path} cannot be written: a file is where its folder has to be; move "
            "it away."
        ) from error
    except OSError as error:
        raise StorePlaceError(
            f"The run store {path} cannot be written: {error.strerror or error}; {_NEED}"
        ) from error
    except UnicodeDecodeError as error:  # a message that quotes what was a statement once
        raise DamagedStoreError(f"The run store {path} is damaged: {error.reason}.") from error
    except sqlite3.Error as error:
        raise _in_words(error, path) from error


# The lab stores no row that breaks the rules of its table, so one that does is damage.
_DAMAGED = sqlite_file.DAMAGED | {sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH}


def _in_words(error: sqlite3.Error, path: Path) -> RunStoreError:
    code = sqlite_file.error_code(error)
    if code in _DAMAGED:
        return DamagedStoreError(f"The run store {path} is damaged: {error}.")
    if code in sqlite_file.REFUSED:
        return StorePlaceError(f"The run store {path} cannot be written: {error}; {_NEED}")
    if code == sqlite3.SQLITE_FULL:
        return RunStoreError(
            f"The disk is full, so the run store {path} cannot grow; make room and ask for the "
            "same again, which goes on where it was."
        )
    if code == sqlite3.SQLITE_BUSY:
        return RunStoreError(f"The run store {path} is busy; try again in a moment.")
    return RunStoreError(f"The run store {path} cannot be used: {error}.")
