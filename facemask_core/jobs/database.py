"""The queue's file: a table of jobs, opened for one look or one change at a time.

It lies beside the store of runs rather than in it: that keeps answers for good and is verified row
by row, this keeps intentions, and the loss of one must not cost the other. Connections live for a
statement or two, so that threads and processes need no agreement about them; a write-ahead log
would be made and deleted with each.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

from facemask_core.errors import DamagedQueueError, QueueError, RunInUseError
from facemask_core.jobs.order import Order
from facemask_core.storage import locks, sqlite_file

FILE = "jobs.sqlite3"
APPLICATION_ID = 0x466D4A6F
"""Tells a queue from any other SQLite database: "FmJo"."""
_TABLE = """
CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    asked TEXT NOT NULL,
    key TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    run TEXT,
    turn INTEGER NOT NULL,
    added TEXT NOT NULL,
    ended TEXT,
    worker TEXT,
    crashes INTEGER NOT NULL DEFAULT 0,
    rests_until REAL NOT NULL DEFAULT 0,
    done INTEGER NOT NULL DEFAULT 0,
    total INTEGER NOT NULL DEFAULT 0,
    timed_from REAL,
    timed_done INTEGER,
    told REAL
)
"""
_VERSIONS = (
    (
        _TABLE,
        "CREATE INDEX by_turn ON jobs (state, turn)",
        f"PRAGMA application_id = {APPLICATION_ID}",
    ),
    (
        "ALTER TABLE jobs ADD COLUMN begun INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE jobs ADD COLUMN early_deaths INTEGER NOT NULL DEFAULT 0",
    ),
    (
        "ALTER TABLE jobs ADD COLUMN seconds REAL",
        "ALTER TABLE jobs ADD COLUMN used REAL NOT NULL DEFAULT 0",
        "CREATE TABLE accounts (owner TEXT PRIMARY KEY, due REAL NOT NULL)",
        "CREATE TABLE clock (now REAL NOT NULL)",
        "INSERT INTO clock VALUES (0)",
        "CREATE TABLE speeds (model TEXT PRIMARY KEY, seconds REAL NOT NULL)",
    ),
    (
        "ALTER TABLE jobs ADD COLUMN account TEXT NOT NULL DEFAULT ''",
        "UPDATE jobs SET account = owner",
        "ALTER TABLE accounts RENAME COLUMN owner TO account",
        "ALTER TABLE jobs ADD COLUMN most_seconds REAL",
    ),
    (
        "ALTER TABLE jobs ADD COLUMN request TEXT NOT NULL DEFAULT ''",
        "UPDATE jobs SET request = id",
    ),
)
"""The statements that lead from each version of the file to the next; the first makes it."""
VERSION = len(_VERSIONS)

_log = logging.getLogger(__name__)
T = TypeVar("T")


def using(home: Path, use: Callable[[sqlite3.Connection], T]) -> T:
    """Opens the queue, makes it if need be, and closes it again.

    A damaged file is renamed, never overwritten, and a new one begun: the runs are in the store,
    and their visitors can ask again.

    Args:
        home: The folder it lies in.
        use: What to do with the connection; begun again where the file turns out to be damaged.

    Raises:
        QueueError: The queue cannot be used.
    """
    try:
        return _using(home, use)
    except DamagedQueueError:
        _lay_aside(home)
        return _using(home, use)


def _using(home: Path, use: Callable[[sqlite3.Connection], T]) -> T:
    path = home / FILE
    with _speaking(path), ExitStack() as kept:
        locks.make_folder(home)
        try:
            kept.enter_context(sqlite_file.register_use(_users(home)))
        except RunInUseError as error:  # someone lays a damaged one aside
            raise QueueError("The queue of reports is busy; try again in a moment.") from error
        return use(kept.enter_context(closing(_opened(path))))


def _users(home: Path) -> Path:
    return home / "locks" / "jobs.lock"


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite_file.connect(path, partial(_prepare, path))


def _prepare(path: Path, connection: sqlite3.Connection) -> None:
    if _version(connection, path) < VERSION:
        with sqlite_file.transaction(connection):
            # Another process may have done it meanwhile.
            for statements in _VERSIONS[_version(connection, path) :]:
                for statement in statements:
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {VERSION}")


def _version(connection: sqlite3.Connection, path: Path) -> int:
    version, application_id, tables = sqlite_file.read_header(connection)
    if tables and application_id != APPLICATION_ID:
        raise QueueError(f"{path} is no queue of reports; move it away.")
    if version > VERSION:
        raise QueueError(
            f"The queue of reports {path} was made by a newer version of the lab; update the lab "
            "or choose another folder."
        )
    return version if tables else 0


def _lay_aside(home: Path) -> None:
    path = home / FILE
    try:
        with _speaking(path):
            aside = sqlite_file.set_aside_damaged(path, _users(home), lambda: not _sound(path))
    except RunInUseError as error:
        raise QueueError(f"The queue of reports {path} is damaged and in use.") from error
    if aside:
        _log.warning("The queue of reports was damaged; kept as %s.", aside)


def _sound(path: Path) -> bool:
    try:
        with closing(_opened(path)) as connection:
            damage = sqlite_file.find_damage(connection)
            for (asked,) in connection.execute("SELECT asked FROM jobs"):
                Order.read(asked)
    except (sqlite3.DatabaseError, ValueError):
        return False
    return damage is None


@contextmanager
def _speaking(path: Path) -> Iterator[None]:
    """Turns what SQLite or the file system complains of into one sentence."""
    try:
        yield
    except (FileExistsError, NotADirectoryError) as error:
        raise QueueError(
            f"The queue of reports {path} cannot be written: a file is where its folder has to be; "
            "move it away."
        ) from error
    except OSError as error:
        raise QueueError(
            f"The queue of reports {path} cannot be written: {error.strerror or error}."
        ) from error
    except UnicodeEncodeError as error:  # what was to be written or looked for
        raise QueueError(
            f"The queue of reports takes Unicode only, not {error.object!a}."
        ) from error
    except ValueError as error:  # what was an order once
        raise DamagedQueueError(f"The queue of reports {path} is damaged: {error}.") from error
    except sqlite3.Error as error:
        code = sqlite_file.error_code(error)
        if code in sqlite_file.DAMAGED:
            raise DamagedQueueError(f"The queue of reports {path} is damaged: {error}.") from error
        if code == sqlite3.SQLITE_FULL:
            raise QueueError(
                f"The disk is full, so the queue of reports {path} cannot be written; make room "
                "and try again."
            ) from error
        if code == sqlite3.SQLITE_BUSY:
            raise QueueError("The queue of reports is busy; try again in a moment.") from error
        if code in sqlite_file.REFUSED:
            raise QueueError(f"The queue of reports {path} cannot be written: {error}.") from error
        raise QueueError(f"The queue of reports {path} cannot be used: {error}.") from error
