"""Whose job comes next: each account has the same share of the computing time.

An account is an owner's, or one of all owners who come from one address; these share what is the
account's. The rule is that of the visitors' queue before the models
(:mod:`facemask_core.models.fair_queue`): an account that has had more than a share waits until the
others have caught up. A job is left at the end of a batch and goes on there in its next turn, so a
small report of one owner does not wait for a long one of another. All functions run within the
caller's transaction.
"""

from __future__ import annotations

import sqlite3

from facemask_core.jobs import table

SECONDS = 30.0
"""How long a job computes before it is left for another owner's; each change loads a model."""

_USED_BY_OWNER = (
    "(SELECT sum(used) FROM jobs AS other WHERE other.owner = jobs.owner "  # noqa: S608
    f"AND other.{table.ACTIVE})"
)
_IN_TURN = (
    "early_deaths >= :often, "  # noqa: S608  (of these no worker has reached a picture)
    "(SELECT count(*) FROM jobs AS other WHERE other.account = jobs.account "
    "AND other.state = 'running'), coalesce(due, 0), "
    "(SELECT count(*) FROM jobs AS other WHERE other.owner = jobs.owner "
    f"AND other.state = 'running'), {_USED_BY_OWNER}, turn"
)


def enter(connection: sqlite3.Connection, account: str) -> None:
    """Gives an account without a job in the queue a place among the others; to call before adding.

    Time in which nobody of it wanted anything is not saved up.

    Args:
        connection: The queue's.
        account: The account's name.
    """
    connection.execute(
        f"DELETE FROM accounts WHERE due <= (SELECT now FROM clock) AND account NOT IN "  # noqa: S608
        f"(SELECT account FROM jobs WHERE {table.ACTIVE})"
    )
    connection.execute(
        "INSERT OR IGNORE INTO accounts (account, due) SELECT ?, now FROM clock", (account,)
    )


def charge(connection: sqlite3.Connection, job: str, seconds: float) -> None:
    """Charges a job's account for computing time, and gives all accounts present a share of it.

    Args:
        connection: The queue's.
        job: The job's name.
        seconds: The time.
    """
    connection.execute("UPDATE jobs SET used = used + ? WHERE id = ?", (seconds, job))
    connection.execute(
        "INSERT INTO accounts (account, due) SELECT account, now + ? FROM jobs, clock WHERE id = ? "
        "ON CONFLICT (account) DO UPDATE SET due = due + ?",
        (seconds, job, seconds),
    )
    connection.execute(
        f"UPDATE clock SET now = now + ? / "  # noqa: S608
        f"(SELECT max(1, count(DISTINCT account)) FROM jobs WHERE {table.ACTIVE})",
        (seconds,),
    )


def find_next(connection: sqlite3.Connection) -> str | None:
    """Finds the job to compute next; None if none waits.

    Args:
        connection: The queue's.
    """
    row = connection.execute(
        "SELECT id FROM jobs LEFT JOIN accounts USING (account) "  # noqa: S608
        f"WHERE {table.RIPE} ORDER BY {_IN_TURN} LIMIT 1",
        table.clock() | {"often": table.OFTEN},
    ).fetchone()
    return None if row is None else str(row[0])


def is_over(connection: sqlite3.Connection, job: str) -> bool:
    """Tells whether a running job should make way for one of another owner, who has had less.

    Args:
        connection: The queue's.
        job: The job's name.
    """
    return bool(
        connection.execute(
            "SELECT 1 FROM jobs LEFT JOIN accounts USING (account), "  # noqa: S608
            "(SELECT owner AS own, account AS own_account, due AS own_due, "
            f"{_USED_BY_OWNER} AS own_used FROM jobs JOIN accounts USING (account) "
            f"WHERE id = :job) WHERE {table.RIPE} AND owner != own AND early_deaths < :often AND "
            f"CASE WHEN account = own_account THEN {_USED_BY_OWNER} < own_used "
            "ELSE coalesce(due, 0) < own_due AND account NOT IN "
            "(SELECT account FROM jobs WHERE state = 'running') END AND owner NOT IN "
            "(SELECT owner FROM jobs WHERE state = 'running') LIMIT 1",
            table.clock() | {"often": table.OFTEN, "job": job},
        ).fetchall()
    )
