"""The queue keeps all jobs in their order, even if workers die."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import needs
import pytest
import queued
from full_disk import full
from privileges import unprivileged

from facemask_core.errors import QueueError, QueueFullError
from facemask_core.jobs import Queue, State, database, table, workers
from facemask_core.jobs import queue as queues
from facemask_core.storage import sqlite_file


def test_jobs_are_taken_in_the_order_they_were_asked_for_one_of_each_owner_in_turn(
    queue: Queue, tmp_path: Path
) -> None:
    first, second = queue.add("a", [queued.order(tmp_path, seed=seed) for seed in (1, 2)])
    (third,) = queue.add("b", [queued.order(tmp_path, seed=1)])
    assert [queue.get(job.id).ahead for job in (first, third, second)] == [0, 1, 2]
    with workers.register(queue.home) as name:
        taken = [queue.take(name) for _ in range(4)]
    assert [job and job.id for job in taken] == [first.id, third.id, second.id, None]
    assert [job.id for job in queue.jobs("b")] == [third.id]
    assert {job.id for job in queue.jobs()} == {first.id, second.id, third.id}


def test_what_waits_is_not_queued_twice_and_what_ended_goes_to_the_back(
    queue: Queue, tmp_path: Path
) -> None:
    orders = [queued.order(tmp_path, seed=seed) for seed in (1, 2)]
    first, second = queue.add("a", orders)
    assert [job.id for job in queue.add("a", orders)] == [first.id, second.id]
    queue.cancel(first)
    assert queue.get(first.id).state is State.CANCELLED
    queue.resume(first)
    assert queue.get(first.id).state is State.QUEUED
    assert queue.get(first.id).ahead == 1


def test_a_full_queue_takes_all_of_what_is_asked_or_nothing(
    queue: Queue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(queues.LIMIT_VARIABLE, "3")
    queue.add("a", [queued.order(tmp_path, seed=seed) for seed in (1, 2)])
    with pytest.raises(QueueFullError, match="holds 3 reports, and this would make 4;"):
        queue.add("b", [queued.order(tmp_path, seed=seed) for seed in (1, 2)])
    assert queue.jobs("b") == []
    queue.cancel(queue.jobs("a")[0])
    assert len(queue.add("b", [queued.order(tmp_path, seed=seed) for seed in (1, 2)])) == 2


def test_each_owner_may_have_so_many_jobs_and_not_one_more(tmp_path: Path) -> None:
    queue = Queue(tmp_path, each=2)
    orders = [queued.order(tmp_path, seed=seed) for seed in (1, 2, 3)]
    assert len(queue.add("a", orders[:2])) == 2
    with pytest.raises(QueueFullError, match=r"may have 2 reports .* would make 3;"):
        queue.add("a", orders[2:])
    assert len(queue.jobs("a")) == 2
    assert len(queue.add("b", orders[:2])) == 2, "the others have as many of their own"


def test_jobs_that_ended_long_ago_are_forgotten(
    queue: Queue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queues, "_KEPT", 2)
    for seed in range(4):
        (job,) = queue.add("a", [queued.order(tmp_path, seed=seed)])
        queue.cancel(job)
    (last,) = queue.add("a", [queued.order(tmp_path, seed=9)])
    assert {job.order.seed for job in queue.jobs()} == {2, 3, 9}
    assert last.state is State.QUEUED


def test_a_dead_worker_s_job_goes_on_first_and_fails_after_three_deaths(
    queue: Queue, tmp_path: Path
) -> None:
    poison, other = queue.add("a", [queued.order(tmp_path, seed=seed) for seed in (1, 2)])
    for deaths in range(table.MOST_CRASHES):
        assert queue.get(poison.id).crashes == max(deaths - 1, 0)
        with workers.register(queue.home) as name:
            job = queue.take(name)
            assert job is not None
            assert job.id == poison.id
            queue.record_beginning(name, job)
        assert queue.has_work()
    with workers.register(queue.home) as name:
        job = queue.take(name)
    assert job is not None
    assert job.id == other.id
    failed = queue.get(poison.id)
    assert failed.state is State.FAILED
    assert failed.reason == "The worker died 3 times at the same place; its log says more."


def test_a_death_before_a_batch_does_not_count_and_lets_others_go_first(
    queue: Queue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "MOST_EARLY_DEATHS", 6)
    unlucky, other = queue.add("a", [queued.order(tmp_path, seed=seed) for seed in (1, 2)])

    def take_and_die() -> str:
        with workers.register(queue.home) as name:
            job = queue.take(name)
            assert job is not None
        return job.id

    assert [take_and_die() for _ in range(4)] == [unlucky.id] * 3 + [other.id]
    assert queue.get(unlucky.id).crashes == 0
    while queue.has_work():
        with workers.register(queue.home) as name:
            queue.take(name)
    failed = queue.get(unlucky.id)
    assert failed.state is State.FAILED
    assert failed.reason == "The worker died 6 times before the first picture; its log says more."


def test_a_batch_that_was_stored_and_not_reported_counts_as_progress(
    queue: Queue, tmp_path: Path
) -> None:
    """As after a kill between the two, which are different files."""
    (job,) = queue.add("a", [queued.order(tmp_path)])
    for done in range(32, 32 * 3 * table.MOST_CRASHES, 32):
        with workers.register(queue.home) as name:
            taken = queue.take(name)
            assert taken is not None
            queue.record_progress(name, job, done, 999, computed=False)
            queue.record_beginning(name, job)
    assert queue.get(job.id).state is State.RUNNING


@pytest.mark.parametrize("version", range(1, database.VERSION))
def test_a_queue_of_an_earlier_version_keeps_its_jobs(
    queue: Queue, tmp_path: Path, version: int
) -> None:
    queue.home.mkdir()
    order = queued.order(tmp_path)
    with closing(sqlite3.connect(queue.home / database.FILE)) as connection, connection:
        for statements in database._VERSIONS[:version]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {version}")
        connection.execute(
            "INSERT INTO jobs (id, owner, asked, key, state, turn, added) "
            "VALUES ('1', 'a', ?, ?, 'queued', 1, '2026-01-01T00:00:00+00:00')",
            (order.text, order.key),
        )
    assert [job.order for job in queue.jobs()] == [order]
    with workers.register(queue.home) as name:
        job = queue.take(name)
        assert job is not None
        queue.record_progress(name, job, 1, 2, computed=True, seconds=1.0)
    assert queue.get("1").used == 1.0


def test_a_death_after_a_batch_was_stored_does_not_count(queue: Queue, tmp_path: Path) -> None:
    (job,) = queue.add("a", [queued.order(tmp_path)])
    for done in range(1, 3 * table.MOST_CRASHES):
        with workers.register(queue.home) as name:
            assert queue.take(name) is not None
            queue.record_progress(name, job, done, 99, computed=True)
    assert queue.get(job.id).state is State.RUNNING


def test_pace_is_told_from_the_second_batch_on(
    queue: Queue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (job,) = queue.add("a", [queued.order(tmp_path)])
    with workers.register(queue.home) as name:
        queue.take(name)
        for now, done, computed, rate in (
            (100.0, 64, False, None),  # the store had them
            (110.0, 96, True, None),  # compiled
            (112.0, 128, True, 16.0),
            (116.0, 160, True, 64 / 6),
        ):
            monkeypatch.setattr(queues.time, "monotonic", lambda now=now: now)
            queue.record_progress(name, job, done, 256, computed=computed)
            assert queue.get(job.id).rate == rate
    assert queue.get(job.id).seconds_left == pytest.approx(9)


@pytest.mark.parametrize("jump", [-86400.0, 86400.0])
def test_a_clock_that_is_set_while_a_job_runs_changes_neither_pace_nor_worker(
    queue: Queue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jump: float
) -> None:
    (job,) = queue.add("a", [queued.order(tmp_path)])
    real = time.time
    with workers.register(queue.home) as name:
        queue.take(name)
        queue.record_progress(name, job, 32, 256, computed=True)
        monkeypatch.setattr(time, "time", lambda: real() + jump)
        time.sleep(0.05)
        queue.record_progress(name, job, 64, 256, computed=True)
        rate = queue.get(job.id).rate
        assert rate is not None
        assert 1 < rate <= 32 / 0.05
        assert queue.holds(name, job)
        assert not queue.has_work(), "its worker lives, whatever the clock says"


@pytest.mark.parametrize(("jump", "still"), [(-86400.0, 0.0), (-30.0, 34.0), (86400.0, 0.0)])
def test_a_clock_that_is_set_leaves_no_job_resting_for_long(
    queue: Queue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jump: float, still: float
) -> None:
    (job,) = queue.add("a", [queued.order(tmp_path)])
    real = time.time
    with workers.register(queue.home) as name:
        queue.take(name)
        queue.put_back(name, job, seconds=3)
        assert not queue.has_work()
        assert still < table.LONGEST_REST
        monkeypatch.setattr(time, "time", lambda: real() + jump + still)
        assert queue.has_work()
        taken = queue.take(name)
    assert taken is not None
    assert taken.id == job.id


def test_a_full_disk_is_one_sentence_and_nothing_half_queued(
    queue: Queue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (before,) = queue.add("a", [queued.order(tmp_path)])
    many = [queued.order(tmp_path, seed=seed) for seed in range(100, 130)]
    with monkeypatch.context() as patched:
        patched.setattr(database, "_opened", full(database._opened))
        with pytest.raises(QueueError, match=r"disk is full.*make room and try again\.$"):
            queue.add("a", many)
        assert [job.id for job in queue.jobs()] == [before.id]
    assert len(queue.add("a", many)) == len(many)


@needs.read_only_folders
def test_a_read_only_home_is_one_sentence(queue: Queue, tmp_path: Path) -> None:
    queue.add("a", [queued.order(tmp_path)])
    for folder in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        folder.chmod(0o755)
    for path in (queue.home, queue.home / "locks"):
        path.chmod(0o555)
    for path in (*queue.home.glob("*.sqlite3"), *queue.home.glob("locks/*")):
        path.chmod(0o444)
    with unprivileged(), pytest.raises(QueueError, match=r"cannot be written: .*\.$"):
        queue.add("b", [queued.order(tmp_path)])


def test_only_its_worker_may_speak_for_a_job(queue: Queue, tmp_path: Path) -> None:
    (job,) = queue.add("a", [queued.order(tmp_path)])
    with workers.register(queue.home) as name:
        queue.take(name)
        assert queue.holds(name, job)
        queue.cancel(job)
        assert not queue.holds(name, job)
        queue.record_progress(name, job, 5, 9, computed=True)
        queue.end(name, job, State.DONE)
        queue.put_back(name, job)
    cancelled = queue.get(job.id)
    assert (cancelled.state, cancelled.done) == (State.CANCELLED, 0)


def test_many_takers_never_share_a_job(queue: Queue, tmp_path: Path) -> None:
    queue.add("a", [queued.order(tmp_path, seed=seed) for seed in range(12)])
    taken: list[str] = []

    def take() -> None:
        with workers.register(queue.home) as name:
            while (job := queue.take(name)) is not None:
                taken.append(job.id)
                queue.end(name, job, State.DONE)

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 12


def test_a_job_that_is_deleted_at_once_is_no_error_of_whoever_adds_or_takes_it(
    queue: Queue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    transaction = sqlite_file.transaction

    @contextmanager
    def then_deleted(connection: sqlite3.Connection) -> Iterator[None]:
        with transaction(connection):
            yield
        connection.execute("DELETE FROM jobs")

    (waiting,) = queue.add("a", [queued.order(tmp_path)])
    monkeypatch.setattr(sqlite_file, "transaction", then_deleted)
    with workers.register(queue.home) as name:
        taken = queue.take(name)
        assert taken is not None
        assert (taken.id, taken.state) == (waiting.id, State.RUNNING)
        assert not queue.holds(name, taken)
    (added,) = queue.add("a", [queued.order(tmp_path)])
    assert added.state is State.QUEUED
    assert queue.jobs() == []


def test_a_queue_that_another_process_is_making_is_a_new_one(
    queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = queue.home / database.FILE

    class Slow(sqlite3.Connection):
        """Asks slowly enough for another to make the table meanwhile, unless that has to wait."""

        def execute(self, statement: str, *values: object) -> sqlite3.Cursor:
            if "sqlite_master" in statement:
                with suppress(sqlite3.OperationalError):
                    database._opened(path).close()
            return super().execute(statement, *values)

    monkeypatch.setattr(sqlite_file, "BUSY_SECONDS", 0.0)
    queue.home.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None, factory=Slow)) as slow:
        assert database._version(slow, path) == 0
    assert queue.jobs() == []


def test_a_name_that_is_no_unicode_is_no_damage(queue: Queue, tmp_path: Path) -> None:
    (job,) = queue.add("a", [queued.order(tmp_path)])
    with pytest.raises(QueueError, match=r"takes Unicode only, not 'caf\\udce9'\.$") as caught:
        queue.get("caf\udce9")
    assert type(caught.value) is QueueError
    with workers.register(queue.home) as name:
        queue.take(name)
        queue.end(name, job, State.FAILED, "caf\udce9.jpg is no picture.")
    assert queue.get(job.id).reason == r"caf\udce9.jpg is no picture."


def test_a_look_does_not_let_go_of_another_thread_s_lock(queue: Queue, tmp_path: Path) -> None:
    """As closing any other descriptor of the file would."""
    queue.add("a", [queued.order(tmp_path)])
    write = (
        "import sqlite3, sys\n"
        "sqlite3.connect(sys.argv[1], timeout=0).execute('UPDATE jobs SET done = 1')\n"
    )

    def locked(connection: sqlite3.Connection) -> bytes:
        with sqlite_file.transaction(connection):
            looker = threading.Thread(target=queue.jobs)
            looker.start()
            looker.join()
            words = [sys.executable, "-c", write, str(queue.home / database.FILE)]
            return subprocess.run(words, capture_output=True, check=False).stderr

    assert b"database is locked" in database.using(queue.home, locked)


def test_an_unknown_job_is_told(queue: Queue) -> None:
    for name in ("", "abc", "%"):
        with pytest.raises(QueueError, match="There is no job whose name begins"):
            queue.get(name)


def test_the_file_is_its_owner_s_alone(queue: Queue) -> None:
    assert not queue.exists
    queue.jobs()
    assert stat.S_IMODE((queue.home / database.FILE).stat().st_mode) == 0o600


@pytest.mark.parametrize("damage", [b"no database" * 999, b""])
def test_a_damaged_queue_is_kept_and_a_new_one_begun(
    queue: Queue, tmp_path: Path, damage: bytes
) -> None:
    queue.add("a", [queued.order(tmp_path)])
    path = queue.home / database.FILE
    path.write_bytes(damage)
    assert queue.jobs() == []
    assert len(list(queue.home.glob("*.damaged-*"))) == bool(damage)
    assert len(queue.add("a", [queued.order(tmp_path)])) == 1


def test_an_order_that_is_none_any_more_counts_as_damage(queue: Queue, tmp_path: Path) -> None:
    queue.add("a", [queued.order(tmp_path)])
    with closing(sqlite3.connect(queue.home / database.FILE)) as connection, connection:
        connection.execute("UPDATE jobs SET asked = '{}'")
    assert queue.jobs() == []
    assert len(list(queue.home.glob("*.damaged-*"))) == 1


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("PRAGMA user_version = 99", "made by a newer version"),
        ("PRAGMA application_id = 7", "is no queue of reports"),
    ],
)
def test_what_is_another_s_is_left_alone(queue: Queue, statement: str, words: str) -> None:
    queue.jobs()
    with closing(sqlite3.connect(queue.home / database.FILE)) as connection:
        connection.execute(statement)
    with pytest.raises(QueueError, match=words):
        queue.jobs()


def test_a_home_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(QueueError, match=r"cannot be written: [^:]+\.$"):
        Queue(tmp_path / "file").jobs()
