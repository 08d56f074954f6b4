"""The queue: the jobs of all visitors, in their order, and how far each is."""

from __future__ import annotations

import os
import secrets
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from facemask_core.errors import QueueError, QueueFullError
from facemask_core.jobs import database, table, turns
from facemask_core.jobs.budget import Budget
from facemask_core.jobs.job import Job, State
from facemask_core.jobs.order import Kind, Order
from facemask_core.runs import default_folder
from facemask_core.storage import sqlite_file

LIMIT_VARIABLE = "FACEMASK_QUEUE_LIMIT"
DEFAULT_LIMIT = 40
"""Ten reports on every model; the last one waits for all others."""
_KEPT = 500
"""The most jobs listed after their end; the runs of others stay in the store."""
_NEWS = 0.3
"""Weight of a new measurement of a speed against all before it."""
_CANCEL = (
    "UPDATE jobs SET state = 'cancelled', ended = ?, worker = NULL "  # noqa: S608
    f"WHERE id = ? AND {table.ACTIVE}"
)

T = TypeVar("T")


class Queue:
    """The jobs of one folder; any thread and process may use it at any time."""

    def __init__(
        self,
        home: Path | None = None,
        *,
        most: int = DEFAULT_LIMIT,
        each: int | None = None,
        each_account: int | None = None,
        budget: Budget | None = None,
    ) -> None:
        """Makes a queue; nothing is opened before it is needed.

        Args:
            home: The folder; None for the store's (``$FACEMASK_HOME``).
            most: How many jobs may wait and run, unless ``FACEMASK_QUEUE_LIMIT`` says otherwise.
            each: How many of those one owner may have; None for all.
            each_account: How many of those all owners of one account may have; None for all.
            budget: How much computing time they may take; None for any.
        """
        self.home = (home or default_folder()).absolute()
        self._most, self._each, self._budget = most, each, budget
        self._each_account = each_account

    @property
    def exists(self) -> bool:
        """Whether any job has ever been queued."""
        return (self.home / database.FILE).exists()

    def add(
        self,
        owner: str,
        orders: Sequence[Order],
        estimates: Sequence[float] | None = None,
        account: str | None = None,
    ) -> list[Job]:
        """Queues orders, all of them or none.

        An order that this owner has queued before is queued again, unless it waits or runs.

        Args:
            owner: The visitor's token.
            orders: The orders.
            estimates: The seconds of computing each may take; None if nobody has estimated them.
            account: Whose share of the computing time they take; None for the owner's own.

        Raises:
            QueueFullError: There is no room for all of them.
            QueueError: The queue cannot be written.
        """
        seconds = [None] * len(orders) if estimates is None else estimates
        payer = owner if account is None else account
        request = secrets.token_hex(8)

        def limit(estimate: float | None) -> float | None:
            if self._budget is None or estimate is None:
                return None
            return self._budget.limit_job(estimate)

        def add(connection: sqlite3.Connection) -> list[Job]:
            turns.enter(connection, payer)
            names = [
                table.add_job(connection, owner, payer, order, estimate, limit(estimate), request)
                for order, estimate in zip(orders, seconds, strict=True)
            ]
            self._check_room(connection, owner, payer, names)
            connection.execute(
                f"DELETE FROM jobs WHERE NOT {table.ACTIVE} AND id NOT IN "  # noqa: S608
                f"(SELECT id FROM jobs WHERE NOT {table.ACTIVE} ORDER BY turn DESC LIMIT ?)",
                (_KEPT,),
            )
            return [table.read_job(connection, name) for name in names]

        return self._change(add)

    def jobs(self, owner: str | None = None) -> list[Job]:
        """Lists jobs, the latest first; jobs queued together are in their order.

        Args:
            owner: Their owner's token; None for the jobs of all owners.
        """
        if owner is None:
            return self._select("")
        return self._select("WHERE owner = ?", owner)

    def jobs_of_run(self, sha256: str) -> list[Job]:
        """Lists the jobs that computed a run, the latest first.

        Args:
            sha256: The run's whole name.
        """
        return self._select("WHERE run = ?", sha256)

    def get(self, name: str) -> Job:
        """Looks a job up by its name or the beginning of it.

        Args:
            name: The name, or its first letters.

        Raises:
            QueueError: There is none, or more than one.
        """
        jobs = self._select("WHERE substr(id, 1, ?) = ?", len(name), name.lower())
        if len(jobs) != 1 or not name:
            count = f"{len(jobs)} jobs" if jobs else "no job"
            raise QueueError(
                f"There is {count} whose name begins with {name!r}; the command jobs list names "
                "them all."
            )
        return jobs[0]

    def cancel(self, job: Job) -> None:
        """Ends a job that waits or runs; its worker notices within a fraction of a second."""
        self.cancel_all([job])

    def cancel_all(self, jobs: Sequence[Job]) -> None:
        """Ends jobs that wait or run, all at once; workers notice within a fraction of a second."""
        values = [(table.now(), job.id) for job in jobs]
        self._change(lambda connection: connection.executemany(_CANCEL, values) and None)

    def resume(self, job: Job) -> None:
        """Queues an ended job again; it goes on after its last stored batch.

        Raises:
            QueueFullError: There is no room for it.
        """
        self.add(job.owner, [job.order])

    def delete(self, job: Job) -> None:
        """Deletes a job, even one that runs; its run is not touched."""
        self._execute("DELETE FROM jobs WHERE id = ?", job.id)

    def uploads(self) -> set[str]:
        """Lists the uploads of jobs that wait or run."""
        active = [job.order.data for job in self._select(f"WHERE {table.ACTIVE}")]
        return {data.place for data in active if data.kind is Kind.UPLOAD}

    def has_work(self) -> bool:
        """Whether a job waits for a worker, or its worker has died."""
        return bool(
            self._read(
                lambda connection: (
                    table.list_abandoned(connection, self.home)
                    or connection.execute(
                        f"SELECT 1 FROM jobs WHERE {table.RIPE} LIMIT 1",  # noqa: S608
                        table.clock(),
                    ).fetchall()
                )
            )
        )

    def take(self, worker: str) -> Job | None:
        """Gives a worker the next job; None if there is none.

        Before that, jobs whose workers have died are queued again in their old place. A job that
        lost several workers in the same batch fails, for it is likely the cause.

        Args:
            worker: The worker's name.
        """

        def take(connection: sqlite3.Connection) -> Job | None:
            for name in table.list_abandoned(connection, self.home):
                table.requeue(connection, name)
            following = turns.find_next(connection)
            if following is None:
                return None
            connection.execute(
                "UPDATE jobs SET state = 'running', worker = ?, begun = 0, timed_from = NULL, "
                "told = NULL WHERE id = ?",
                (worker, following),
            )
            return table.read_job(connection, following)

        return self._change(take)

    def holds(self, worker: str, job: Job) -> bool:
        """Whether a job is still this worker's; it may have been cancelled or deleted."""
        return bool(
            self._read(
                lambda connection: connection.execute(
                    "SELECT 1 FROM jobs WHERE id = ? AND worker = ? AND state = 'running'",
                    (job.id, worker),
                ).fetchall()
            )
        )

    def record_run(self, worker: str, job: Job, sha256: str) -> None:
        """Records which run a job computes."""
        self._execute(
            "UPDATE jobs SET done = CASE WHEN run IS ? THEN done ELSE 0 END, run = ? "
            "WHERE id = ? AND worker = ?",
            *(sha256, sha256, job.id, worker),
        )

    def record_beginning(self, worker: str, job: Job) -> None:
        """Records that a job's first batch since its worker took it is about to begin."""
        self._execute(
            "UPDATE jobs SET begun = 1, early_deaths = 0 WHERE id = ? AND worker = ?",
            *(job.id, worker),
        )

    def record_progress(
        self,
        worker: str,
        job: Job,
        done: int,
        total: int,
        *,
        computed: bool,
        seconds: float = 0.0,
    ) -> None:
        """Records how far a job is.

        The rate counts from the end of the first batch after a worker took the job, for that batch
        waits for compilation. It goes by a monotonic clock: one worker's times are only ever
        compared with its own.

        Args:
            worker: The worker's name.
            job: The job.
            done: How many files are done.
            total: How many files there are.
            computed: Whether a batch was computed just now, rather than read from the store.
            seconds: How long the worker has computed since it last reported.
        """
        now = time.monotonic()
        statement = (
            "UPDATE jobs SET done = ?, total = ?, told = ?, timed_from = coalesce(timed_from, ?), "
            "timed_done = CASE WHEN timed_from IS NULL THEN ? ELSE timed_done END, "
            # The store may hold a batch whose worker died before it could say so here.
            "crashes = CASE WHEN ? OR ? > done THEN 0 ELSE crashes END "
            "WHERE id = ? AND worker = ?"
        )
        timed = now if computed else None

        def record(connection: sqlite3.Connection) -> None:
            values = (done, total, now, timed, done, computed, done, job.id, worker)
            if connection.execute(statement, values).rowcount and seconds:
                turns.charge(connection, job.id, seconds)

        self._change(record)

    def is_turn_over(self, job: Job) -> bool:
        """Whether a running job should make way for one of another owner, who has had less."""
        return self._read(lambda connection: turns.is_over(connection, job.id))

    def end(self, worker: str, job: Job, state: State, reason: str | None = None) -> None:
        """Ends a job that is still this worker's.

        Args:
            worker: The worker's name.
            job: The job.
            state: How it ended.
            reason: Why it failed, in a sentence. It may name a file, which need not be Unicode;
                what is not is stored in escapes.
        """
        text = reason and reason.encode("utf-8", "backslashreplace").decode()
        self._execute(
            "UPDATE jobs SET state = ?, reason = ?, ended = ?, worker = NULL, crashes = 0 "
            "WHERE id = ? AND worker = ?",
            *(state, text, table.now(), job.id, worker),
        )

    def put_back(self, worker: str, job: Job, seconds: float = 0.0) -> None:
        """Queues a worker's job again, in its old place.

        Args:
            worker: The worker's name.
            job: The job.
            seconds: How long no worker takes it, by the system's clock, which all processes share.
        """
        self._execute(
            "UPDATE jobs SET state = 'queued', worker = NULL, rests_until = ? "
            "WHERE id = ? AND worker = ?",
            *(time.time() + min(seconds, table.LONGEST_REST), job.id, worker),
        )

    def give_back(self, worker: str) -> None:
        """Queues whatever job a worker has again, in its old place.

        Args:
            worker: The worker's name.
        """
        self._execute("UPDATE jobs SET state = 'queued', worker = NULL WHERE worker = ?", worker)

    def speeds(self) -> dict[str, float]:
        """The seconds an image takes on this machine, by the models measured so far."""
        rows = "SELECT model, seconds FROM speeds"
        return dict(self._read(lambda connection: connection.execute(rows).fetchall()))

    def record_speed(self, model: str, seconds: float) -> None:
        """Records how long a model takes for an image; later batches count for more.

        Args:
            model: The model's name, as orders give it.
            seconds: The time, as measured in one batch.
        """
        self._execute(
            "INSERT INTO speeds (model, seconds) VALUES (?, ?) ON CONFLICT (model) DO UPDATE SET "
            "seconds = seconds + ? * (? - seconds)",
            *(model, seconds, _NEWS, seconds),
        )

    def _check_room(
        self, connection: sqlite3.Connection, owner: str, account: str, names: Sequence[str]
    ) -> None:
        """Refuses more jobs than there is room for, altogether, for one owner or one account."""
        limit = _limit(self._most)
        waiting, own, together, seconds = connection.execute(
            "SELECT count(*), count(*) FILTER (WHERE owner = :owner), "  # noqa: S608
            "count(*) FILTER (WHERE account = :account), "
            "coalesce(sum(max(coalesce(seconds, 0) - used, 0)) FILTER (WHERE owner = :owner), 0) "
            f"FROM jobs WHERE {table.ACTIVE}",
            {"owner": owner, "account": account},
        ).fetchone()
        if self._each is not None and own > self._each:
            raise QueueFullError(
                f"A visitor may have {self._each} reports waiting and running here, and this would "
                f"make {own}; try again when some have ended."
            )
        if self._each_account is not None and together > self._each_account:
            raise QueueFullError(
                f"From your network's address {self._each_account} reports may wait and run here, "
                f"and this would make {together}; try again when some have ended."
            )
        if waiting > limit:
            raise QueueFullError(
                f"The queue is full: it holds {limit} reports, and this would make {waiting}; "
                "try again when some have ended."
            )
        if self._budget is not None:
            longest = max(table.read_job(connection, name).estimate or 0.0 for name in names)
            self._budget.check_room(seconds, longest, waiting, limit)

    def _select(self, where: str, *values: object) -> list[Job]:
        return self._read(lambda connection: table.read_jobs(connection, where, *values))

    def _execute(self, statement: str, *values: object) -> None:
        self._change(lambda connection: connection.execute(statement, values) and None)

    def _read(self, read: Callable[[sqlite3.Connection], T]) -> T:
        return database.using(self.home, read)

    def _change(self, change: Callable[[sqlite3.Connection], T]) -> T:
        def apply(connection: sqlite3.Connection) -> T:
            with sqlite_file.transaction(connection):
                return change(connection)

        return database.using(self.home, apply)


def _limit(usual: int) -> int:
    text = os.environ.get(LIMIT_VARIABLE, "")
    return int(text) if text.isascii() and text.isdigit() else usual
