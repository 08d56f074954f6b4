"""The queue: who asked for what, in which order, and how far it is."""

from __future__ import annotations

import os
import secrets
import sqlite3
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from facemask_core.errors import QueueError, QueueFullError
from facemask_core.jobs import database, workers
from facemask_core.jobs.job import Job, State
from facemask_core.jobs.order import Kind, Order
from facemask_core.runs import default_folder
from facemask_core.storage import sqlite_file

LIMIT_VARIABLE = "FACEMASK_QUEUE_LIMIT"
DEFAULT_LIMIT = 40
"""Ten times every model; the last in line waits for all others."""
MOST_CRASHES = 3
LONGEST_REST = 60.0
"""Seconds a job is left alone at most; one that rests for longer does so by a clock set back."""
_KEPT = 500
"""Jobs that have ended and are still listed; their runs stay in the store."""

_ACTIVE = "state IN ('queued', 'running')"
_RIPE = "state = 'queued' AND NOT (rests_until > :now AND rests_until <= :now + :longest)"
_JOBS = (
    "SELECT id, owner, asked, state, reason, run, added, ended, done, total, timed_from, "  # noqa: S608
    f"timed_done, told, crashes, (SELECT count(*) FROM jobs AS other WHERE other.{_ACTIVE} "
    "AND other.turn < jobs.turn) FROM jobs"
)
T = TypeVar("T")


class Queue:
    """The jobs of one folder; any thread and process may use it at any time."""

    def __init__(
        self, home: Path | None = None, *, most: int = DEFAULT_LIMIT, each: int | None = None
    ) -> None:
        """Names the folder; nothing is opened before it is needed.

        Args:
            home: The folder; None for the store's (``$FACEMASK_HOME``).
            most: How many jobs may wait and run, unless ``FACEMASK_QUEUE_LIMIT`` says otherwise.
            each: How many of those may be one owner's; None for all.
        """
        self.home = (home or default_folder()).absolute()
        self._most, self._each = most, each

    @property
    def exists(self) -> bool:
        """Whether anyone has asked for anything yet."""
        return (self.home / database.FILE).exists()

    def add(self, owner: str, orders: Sequence[Order]) -> list[Job]:
        """Queues orders, all of them or none.

        An order of the same owner that is known already is queued again, unless it waits or runs.

        Args:
            owner: The token of whoever asks.
            orders: What is asked.

        Raises:
            QueueFullError: There is no room for all of them.
            QueueError: The queue cannot be written.
        """

        def add(connection: sqlite3.Connection) -> list[Job]:
            names = [_add(connection, owner, order) for order in orders]
            self._check_room(connection, owner)
            connection.execute(
                f"DELETE FROM jobs WHERE NOT {_ACTIVE} AND id NOT IN "  # noqa: S608
                f"(SELECT id FROM jobs WHERE NOT {_ACTIVE} ORDER BY turn DESC LIMIT ?)",
                (_KEPT,),
            )
            return [_named(connection, name) for name in names]

        return self._change(add)

    def jobs(self, owner: str | None = None) -> list[Job]:
        """Lists jobs, the latest first; those asked for together in their order.

        Args:
            owner: Whose; None for everybody's.
        """
        if owner is None:
            return self._found("")
        return self._found("WHERE owner = ?", owner)

    def of_run(self, sha256: str) -> list[Job]:
        """Lists the jobs whose answer is a run, the latest first.

        Args:
            sha256: The run's whole name.
        """
        return self._found("WHERE run = ?", sha256)

    def get(self, name: str) -> Job:
        """Looks a job up.

        Args:
            name: Its name, or the beginning of it.

        Raises:
            QueueError: There is none, or more than one.
        """
        found = self._found("WHERE substr(id, 1, ?) = ?", len(name), name.lower())
        if len(found) != 1 or not name:
            count = f"{len(found)} jobs" if found else "no job"
            raise QueueError(
                f"There is {count} whose name begins with {name!r}; the command jobs list names "
                "them all."
            )
        return found[0]

    def cancel(self, job: Job) -> None:
        """Ends a job that waits or runs; its worker notices within a fraction of a second."""
        self._execute(
            f"UPDATE jobs SET state = 'cancelled', ended = ?, worker = NULL "  # noqa: S608
            f"WHERE id = ? AND {_ACTIVE}",
            _now(),
            job.id,
        )

    def resume(self, job: Job) -> None:
        """Queues a job that has ended again; it goes on at its last stored batch.

        Raises:
            QueueFullError: There is no room for it.
        """
        self.add(job.owner, [job.order])

    def delete(self, job: Job) -> None:
        """Forgets a job, whatever it is doing; its run is not touched."""
        self._execute("DELETE FROM jobs WHERE id = ?", job.id)

    def uploads(self) -> set[str]:
        """Names the uploads that jobs wait for or work on."""
        active = [job.order.data for job in self._found(f"WHERE {_ACTIVE}")]
        return {data.place for data in active if data.kind is Kind.UPLOAD}

    def has_work(self) -> bool:
        """Whether a job waits for a worker, or was left by one that died."""
        return bool(
            self._look(
                lambda connection: (
                    _left(connection, self.home)
                    or connection.execute(
                        f"SELECT 1 FROM jobs WHERE {_RIPE} LIMIT 1",  # noqa: S608
                        _clock(),
                    ).fetchall()
                )
            )
        )

    def take(self, worker: str) -> Job | None:
        """Gives a worker the job whose turn it is; None if there is none.

        Jobs of workers that have died are queued again in their old place first. One that has lost
        several workers without one more batch stored has a reason for it, and fails.

        Args:
            worker: The worker's name.
        """

        def take(connection: sqlite3.Connection) -> Job | None:
            for name in _left(connection, self.home):
                _requeue(connection, name)
            found = connection.execute(
                f"SELECT id FROM jobs WHERE {_RIPE} ORDER BY turn LIMIT 1",  # noqa: S608
                _clock(),
            ).fetchone()
            if found is None:
                return None
            connection.execute(
                "UPDATE jobs SET state = 'running', worker = ?, timed_from = NULL, told = NULL "
                "WHERE id = ?",
                (worker, found[0]),
            )
            return _named(connection, found[0])

        return self._change(take)

    def holds(self, worker: str, job: Job) -> bool:
        """Whether a job is still this worker's: it may have been cancelled or deleted."""
        return bool(
            self._look(
                lambda connection: connection.execute(
                    "SELECT 1 FROM jobs WHERE id = ? AND worker = ? AND state = 'running'",
                    (job.id, worker),
                ).fetchall()
            )
        )

    def name_run(self, worker: str, job: Job, sha256: str) -> None:
        """Writes down which run a job's answer is."""
        self._execute(
            "UPDATE jobs SET done = CASE WHEN run IS ? THEN done ELSE 0 END, run = ? "
            "WHERE id = ? AND worker = ?",
            *(sha256, sha256, job.id, worker),
        )

    def tell(self, worker: str, job: Job, done: int, total: int, *, computed: bool) -> None:
        """Writes down how far a job is.

        The pace is measured from the end of a session's first batch, which waited for compilation,
        by a clock that nobody sets; one worker's times are only ever compared with its own.

        Args:
            worker: Whose it is.
            job: The job.
            done: Files answered.
            total: All files.
            computed: Whether a batch was computed just now, rather than found in the store.
        """
        now = time.monotonic()
        self._execute(
            "UPDATE jobs SET done = ?, total = ?, told = ?, timed_from = coalesce(timed_from, ?), "
            "timed_done = CASE WHEN timed_from IS NULL THEN ? ELSE timed_done END, "
            "crashes = CASE WHEN ? THEN 0 ELSE crashes END WHERE id = ? AND worker = ?",
            *(done, total, now, now if computed else None, done, computed, job.id, worker),
        )

    def end(self, worker: str, job: Job, state: State, reason: str | None = None) -> None:
        """Ends a job that is still this worker's.

        Args:
            worker: Whose it is.
            job: The job.
            state: How it ended.
            reason: Why it failed, in a sentence. It may name a file, which need not be Unicode;
                what is not is kept in escapes.
        """
        told = reason and reason.encode("utf-8", "backslashreplace").decode()
        self._execute(
            "UPDATE jobs SET state = ?, reason = ?, ended = ?, worker = NULL, crashes = 0 "
            "WHERE id = ? AND worker = ?",
            *(state, told, _now(), job.id, worker),
        )

    def put_back(self, worker: str, job: Job, seconds: float = 0.0) -> None:
        """Queues a worker's job again, in its old place.

        Args:
            worker: Whose it is.
            job: The job.
            seconds: Leave it alone for so long, by the clock that all processes share.
        """
        self._execute(
            "UPDATE jobs SET state = 'queued', worker = NULL, rests_until = ? "
            "WHERE id = ? AND worker = ?",
            *(time.time() + min(seconds, LONGEST_REST), job.id, worker),
        )

    def _check_room(self, connection: sqlite3.Connection, owner: str) -> None:
        """Refuses what would be too much, altogether or of one owner."""
        limit = _limit(self._most)
        waiting, own = connection.execute(
            f"SELECT count(*), count(*) FILTER (WHERE owner = ?) FROM jobs WHERE {_ACTIVE}",  # noqa: S608
            (owner,),
        ).fetchone()
        if self._each is not None and own > self._each:
            raise QueueFullError(
                f"A visitor may have {self._each} reports waiting and running here, and this would "
                f"make {own}; try again when some have ended."
            )
        if waiting > limit:
            raise QueueFullError(
                f"The queue is full: it holds {limit} reports, and this would make {waiting}; "
                "try again when some have ended."
            )

    def _found(self, where: str, *values: object) -> list[Job]:
        return self._look(lambda connection: _read(connection, where, *values))

    def _execute(self, statement: str, *values: object) -> None:
        self._change(lambda connection: connection.execute(statement, values) and None)

    def _look(self, look: Callable[[sqlite3.Connection], T]) -> T:
        return database.using(self.home, look)

    def _change(self, change: Callable[[sqlite3.Connection], T]) -> T:
        def changed(connection: sqlite3.Connection) -> T:
            with sqlite_file.transaction(connection):
                return change(connection)

        return database.using(self.home, changed)


def _limit(usual: int) -> int:
    text = os.environ.get(LIMIT_VARIABLE, "")
    return int(text) if text.isascii() and text.isdigit() else usual


def _clock() -> dict[str, float]:
    return {"now": time.time(), "longest": LONGEST_REST}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _add(connection: sqlite3.Connection, owner: str, order: Order) -> str:
    (turn,) = connection.execute("SELECT coalesce(max(turn), 0) + 1 FROM jobs").fetchone()
    known = connection.execute(
        f"SELECT id, {_ACTIVE} FROM jobs WHERE owner = ? AND key = ?",  # noqa: S608
        (owner, order.key),
    ).fetchone()
    if known is None:
        name = secrets.token_hex(8)
        connection.execute(
            "INSERT INTO jobs (id, owner, asked, key, state, turn, added) "
            "VALUES (?, ?, ?, ?, 'queued', ?, ?)",
            (name, owner, order.text, order.key, turn, _now()),
        )
        return name
    name, active = known
    if not active:
        connection.execute(
            "UPDATE jobs SET state = 'queued', asked = ?, reason = NULL, turn = ?, crashes = 0, "
            "rests_until = 0, timed_from = NULL, told = NULL WHERE id = ?",
            (order.text, turn, name),
        )
    return str(name)


def _left(connection: sqlite3.Connection, home: Path) -> list[str]:
    """Names the running jobs whose worker is gone."""
    running = connection.execute("SELECT id, worker FROM jobs WHERE state = 'running'").fetchall()
    return [name for name, worker in running if not workers.lives(home, worker)]


def _requeue(connection: sqlite3.Connection, name: str) -> None:
    connection.execute(
        "UPDATE jobs SET state = 'queued', worker = NULL, crashes = crashes + 1 WHERE id = ?",
        (name,),
    )
    connection.execute(
        "UPDATE jobs SET state = 'failed', ended = ?, reason = ? WHERE id = ? AND crashes >= ?",
        (
            _now(),
            f"The worker died {MOST_CRASHES} times at the same place; its log says more.",
            *(name, MOST_CRASHES),
        ),
    )


def _read(connection: sqlite3.Connection, where: str, *values: object) -> list[Job]:
    statement = f"{_JOBS} {where} ORDER BY added DESC, turn"
    return [_job(row) for row in connection.execute(statement, values)]


def _named(connection: sqlite3.Connection, name: str) -> Job:
    """Reads a job within the change that found it: it may be deleted right afterwards."""
    (job,) = _read(connection, "WHERE id = ?", name)
    return job


def _job(row: Sequence[object]) -> Job:
    name, owner, asked, state, reason, run, added, ended, done, total, *timing = row
    since, first, told, crashes, ahead = timing
    rate = None
    if None not in (since, first, told) and told > since and done > first:  # type: ignore[operator]
        rate = (done - first) / (told - since)  # type: ignore[operator]
    return Job(
        *(name, owner, Order.read(str(asked)), State(str(state)), reason, run),  # type: ignore[arg-type]
        *(added, ended, done, total, rate, ahead, crashes),  # type: ignore[arg-type]
    )
