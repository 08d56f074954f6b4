"""What is read from and written to the queue's table of jobs, within the caller's transaction."""

from __future__ import annotations

import secrets
import sqlite3
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from facemask_core.jobs import workers
from facemask_core.jobs.job import Job, State
from facemask_core.jobs.order import Order

MOST_CRASHES = 3
MOST_EARLY_DEATHS = 100
OFTEN = 3
"""After so many deaths before a batch in a row, a job is taken after those without."""
LONGEST_REST = 60.0
"""The longest rest of a job in seconds; a longer one means that the clock was set back."""
ACTIVE = "state IN ('queued', 'running')"
RIPE = "state = 'queued' AND NOT (rests_until > :now AND rests_until <= :now + :longest)"
_LINE = (
    "WITH line AS (SELECT id, row_number() OVER (ORDER BY state = 'queued', place, due, turn) - 1 "  # noqa: S608
    "AS ahead FROM (SELECT id, state, turn, coalesce(due, 0) AS due, row_number() OVER "
    "(PARTITION BY account ORDER BY state = 'queued', turn) AS place "
    f"FROM jobs LEFT JOIN accounts USING (account) WHERE {ACTIVE})) "
)
"""The jobs that wait and run in about their order: one of each account, then the second of each."""
_JOBS = (
    f"{_LINE} SELECT id, owner, asked, state, reason, run, added, ended, done, total, "  # noqa: S608
    "timed_from, timed_done, told, crashes, coalesce(ahead, 0), seconds, used, most_seconds, "
    "request "
    "FROM jobs LEFT JOIN line USING (id)"
)


def add_job(
    connection: sqlite3.Connection,
    owner: str,
    account: str,
    order: Order,
    seconds: float | None,
    most_seconds: float | None,
    request: str,
) -> str:
    """Queues an order at the end, unless this owner's job of that order waits or runs.

    Args:
        connection: The queue's.
        owner: The visitor's token.
        account: Whose share of the computing time it takes.
        order: The order.
        seconds: The estimate of its computing time; None if nobody has made one.
        most_seconds: The computing time after which it is stopped; None for never.
        request: The name of the request that queues it.

    Returns:
        The job's name.
    """
    (turn,) = connection.execute("SELECT coalesce(max(turn), 0) + 1 FROM jobs").fetchone()
    row = connection.execute(
        f"SELECT id, {ACTIVE} FROM jobs WHERE owner = ? AND key = ?",  # noqa: S608
        (owner, order.key),
    ).fetchone()
    if row is None:
        name = secrets.token_hex(8)
        connection.execute(
            "INSERT INTO jobs (id, owner, account, asked, key, state, turn, added, seconds, "
            "most_seconds, request) VALUES (?, ?, ?, ?, ?, 'queued', ?, ?, ?, ?, ?)",
            (
                *(name, owner, account, order.text, order.key, turn, now()),
                *(seconds, most_seconds, request),
            ),
        )
        return name
    name, active = row
    if not active:
        connection.execute(
            "UPDATE jobs SET state = 'queued', asked = ?, reason = NULL, turn = ?, crashes = 0, "
            "early_deaths = 0, rests_until = 0, timed_from = NULL, told = NULL, account = ?, "
            "request = ?, "
            # What was computed before counts neither against the new estimate nor its limit.
            "used = CASE WHEN ? IS NULL THEN used ELSE 0 END, "
            "seconds = coalesce(?, seconds), most_seconds = coalesce(?, most_seconds) WHERE id = ?",
            (order.text, turn, account, request, seconds, seconds, most_seconds, name),
        )
    return str(name)


def now() -> str:
    """The time as the queue stores it, UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def clock() -> dict[str, float]:
    """The parameters of :data:`RIPE`."""
    return {"now": time.time(), "longest": LONGEST_REST}


def list_abandoned(connection: sqlite3.Connection, home: Path) -> list[str]:
    """Lists the names of the running jobs whose worker has died.

    Args:
        connection: The queue's.
        home: The queue's folder, which holds the workers' locks.
    """
    running = connection.execute("SELECT id, worker FROM jobs WHERE state = 'running'").fetchall()
    return [name for name, worker in running if not workers.is_alive(home, worker)]


def requeue(connection: sqlite3.Connection, name: str) -> None:
    """Queues a job again whose worker has died, or fails it if it is likely the cause.

    A death counts once a batch has begun. One before that may have any cause, such as a machine
    that went down or has too little memory for the model: then the other jobs are taken first.

    Args:
        connection: The queue's.
        name: The job's name.
    """
    connection.execute(
        "UPDATE jobs SET state = 'queued', worker = NULL, crashes = crashes + begun, "
        "early_deaths = early_deaths + 1 - begun WHERE id = ?",
        (name,),
    )
    for column, most, place in (
        ("crashes", MOST_CRASHES, "at the same place"),
        ("early_deaths", MOST_EARLY_DEATHS, "before the first picture"),
    ):
        connection.execute(
            f"UPDATE jobs SET state = 'failed', ended = ?, reason = ? "  # noqa: S608
            f"WHERE id = ? AND {column} >= ?",
            (now(), f"The worker died {most} times {place}; its log says more.", name, most),
        )


def read_jobs(connection: sqlite3.Connection, where: str, *values: object) -> list[Job]:
    """Reads jobs, the latest first; jobs queued together are in their order.

    Args:
        connection: The queue's.
        where: Which jobs, as a clause of SQL; empty for all.
        values: The clause's parameters.
    """
    statement = f"{_JOBS} {where} ORDER BY added DESC, turn"
    return [_job(row) for row in connection.execute(statement, values)]


def read_job(connection: sqlite3.Connection, name: str) -> Job:
    """Reads a job within the same transaction: it may be deleted right afterwards.

    Args:
        connection: The queue's.
        name: The job's name.
    """
    (job,) = read_jobs(connection, "WHERE id = ?", name)
    return job


def _job(row: Sequence[object]) -> Job:
    name, owner, order, state, reason, run, added, ended, done, total, *timing = row
    since, first, last, crashes, ahead, seconds, used, most_seconds, request = timing
    rate = None
    if None not in (since, first, last) and last > since and done > first:  # type: ignore[operator]
        rate = (done - first) / (last - since)  # type: ignore[operator]
    return Job(
        *(name, owner, Order.read(str(order)), State(str(state)), reason, run),  # type: ignore[arg-type]
        *(added, ended, done, total, rate, ahead, crashes, seconds, used, most_seconds, request),  # type: ignore[arg-type]
    )
