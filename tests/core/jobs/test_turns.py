"""Owners of jobs take turns by the computing time they have had."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
import queued

from facemask_core.errors import QueueFullError
from facemask_core.jobs import Job, Queue, State, turns, worker, workers
from facemask_core.jobs.budget import Budget


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    queued.patch(monkeypatch)


def compute(queue: Queue, seconds: float = turns.SECONDS) -> str:
    """Computes for one turn without computing anything; returns whose it was."""
    with workers.register(queue.home) as name:
        job = queue.take(name)
        assert job is not None
        queue.record_progress(name, job, job.done + 1, 10**6, computed=True, seconds=seconds)
        queue.put_back(name, job)
    return job.owner


def test_a_small_report_does_not_wait_for_a_long_one(
    queue: Queue, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The long one is left after its batch, and goes on there once the small one has ended."""
    monkeypatch.setattr(turns, "SECONDS", 0.0)
    (long,) = queue.add("a", [queued.order(data)])
    asked: list[Job] = []
    ended: list[str] = []
    record, end = queue.record_progress, queue.end

    def record_and_ask(*values: object, **more: object) -> None:
        record(*values, **more)  # type: ignore[arg-type]
        if not asked:
            asked.extend(queue.add("b", [queued.order(data, limit=4)]))

    def note_end(name: str, job: Job, state: State, reason: str | None = None) -> None:
        ended.append(job.id)
        end(name, job, state, reason)

    monkeypatch.setattr(queue, "record_progress", record_and_ask)
    monkeypatch.setattr(queue, "end", note_end)
    assert worker.work(queue, idle=0) == 2
    assert ended == [asked[0].id, long.id]
    for job in queue.jobs():
        assert (job.state, job.done) == (State.DONE, job.total)
    assert queue.speeds()[queued.MODEL] > 0


def test_a_job_alone_is_not_left(queue: Queue, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "SECONDS", 0.0)
    queue.add("a", [queued.order(data, seed=seed) for seed in (1, 2)])
    put_back: list[Job] = []
    monkeypatch.setattr(queue, "put_back", lambda _name, job: put_back.append(job))
    assert worker.work(queue, idle=0) == 2
    assert put_back == []


def test_each_owner_has_the_same_share_however_many_jobs_each_has(
    queue: Queue, tmp_path: Path
) -> None:
    for owner, count in (("a", 5), ("b", 1), ("c", 2)):
        queue.add(owner, [queued.order(tmp_path, seed=seed) for seed in range(count)])
    order = [compute(queue) for _ in range(12)]
    assert {owner: order.count(owner) for owner in "abc"} == dict.fromkeys("abc", 4)
    assert order[:3] == ["a", "b", "c"]


def test_whoever_comes_later_is_next_but_has_no_credit(queue: Queue, tmp_path: Path) -> None:
    queue.add("a", [queued.order(tmp_path)])
    assert [compute(queue) for _ in range(5)] == ["a"] * 5
    queue.add("b", [queued.order(tmp_path)])
    order = [compute(queue) for _ in range(6)]
    assert order[0] == "b"
    assert order.count("a") == 3


def test_a_flood_of_new_owners_does_not_starve_an_old_one(queue: Queue, tmp_path: Path) -> None:
    queue.add("old", [queued.order(tmp_path)])
    had = [compute(queue)]
    for number in range(60):
        queue.add(f"new {number}", [queued.order(tmp_path)])
        had.append(compute(queue))
        for job in queue.jobs():
            if job.owner.startswith("new") and job.used:
                queue.cancel(job)
    assert had.count("old") >= 10


def test_a_long_batch_counts_for_more(queue: Queue, tmp_path: Path) -> None:
    for owner in "ab":
        queue.add(owner, [queued.order(tmp_path)])
    order = [compute(queue, 300 if turn == 0 else 30) for turn in range(8)]
    assert order == ["a"] + ["b"] * 7


def test_a_flooded_queue_has_room_for_a_short_report_and_computes_it_next(tmp_path: Path) -> None:
    """However many tokens the flood has; and the operator ends all of it at once."""
    queue = Queue(tmp_path, most=20, each=2, budget=Budget(job=600, batch=120, owner=900))
    for number in range(50):
        with_room = [queued.order(tmp_path, seed=seed) for seed in (1, 2)]
        try:
            queue.add(f"flood {number}", with_room, [400.0, 400.0])
        except QueueFullError:
            break
    queue.add("last", [queued.order(tmp_path)], [400.0])
    assert len(queue.jobs()) == 15
    with pytest.raises(QueueFullError, match=r"room only for reports of at most 60 s"):
        queue.add("honest", [queued.order(tmp_path)], [61.0])
    (job,) = queue.add("honest", [queued.order(tmp_path)], [20.0])
    owners = [compute(queue, 30) for _ in range(9)]
    assert "honest" in owners
    queue.cancel(job)
    later = queue.add("later", [queued.order(tmp_path)], [20.0])
    assert compute(queue, 30) == "later", "those who have had a turn have had more"
    queue.cancel_all(queue.jobs())
    assert not queue.has_work()
    assert queue.add("honest", [queued.order(tmp_path)], [400.0])
    assert queue.get(later[0].id).state is State.CANCELLED


def test_one_owner_s_reports_together_have_a_budget(tmp_path: Path) -> None:
    queue = Queue(tmp_path, budget=Budget(job=600, batch=600, owner=900))
    orders = [queued.order(tmp_path, seed=seed) for seed in (1, 2)]
    (first,) = queue.add("a", orders[:1], [600.0])
    with pytest.raises(QueueFullError, match=r"take about 20 min .* may take 15 min; try"):
        queue.add("a", orders[1:], [600.0])
    assert len(queue.jobs()) == 1
    with workers.register(queue.home) as name:
        assert queue.take(name) is not None
        queue.record_progress(name, first, 1, 2, computed=True, seconds=400.0)
    assert queue.add("a", orders[1:], [600.0]), "what was computed is no longer to come"


def test_owners_of_one_address_share_what_is_its(queue: Queue, tmp_path: Path) -> None:
    """Four visitors of one address have together what the one visitor of another has."""
    for number in range(4):
        queue.add(f"flood {number}", [queued.order(tmp_path)], account="address")
    queue.add("honest", [queued.order(tmp_path)], account="home")
    turns_taken = [compute(queue) for _ in range(16)]
    assert turns_taken.count("honest") == 8
    of_flood = [turns_taken.count(f"flood {number}") for number in range(4)]
    assert of_flood == [2] * 4, "and they share it equally"


def test_a_job_makes_way_for_one_of_its_address_that_had_less(queue: Queue, tmp_path: Path) -> None:
    (first,) = queue.add("first", [queued.order(tmp_path)], account="school")
    with workers.register(queue.home) as name:
        assert queue.take(name) is not None
        assert not queue.is_turn_over(first)
        queue.add("second", [queued.order(tmp_path)], account="school")
        queue.record_progress(name, first, 1, 100, computed=True, seconds=40.0)
        assert queue.is_turn_over(first)


def test_one_address_never_has_the_whole_queue(tmp_path: Path) -> None:
    queue = Queue(tmp_path, most=20, each=2, each_account=10)
    with_room = [queued.order(tmp_path, seed=seed) for seed in range(2)]
    for number in range(5):
        queue.add(f"flood {number}", with_room, account="address")
    with pytest.raises(QueueFullError, match="address 10 reports"):
        queue.add("flood 5", with_room[:1], account="address")
    assert len(queue.jobs()) == 10
    assert queue.add("honest", with_room, account="home")


def test_a_job_far_beyond_its_estimate_is_stopped_with_its_rows(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also within a batch, where the worker's process has to end; the next one takes the others."""
    queue = Queue(tmp_path, budget=Budget(job=600.0, batch=120.0, owner=900.0))
    (job,) = queue.add("a", [queued.order(data)], [1.0])
    assert job.most_seconds == 63.0
    record, left = queue.record_progress, threading.Event()

    def record_slowly(*values: object, **more: object) -> None:
        record(*values, **more)  # type: ignore[arg-type]
        monkeypatch.setattr(worker._Clock, "read", lambda _self: 63.1)
        assert left.wait(20)
        raise KeyboardInterrupt  # as the process ends

    monkeypatch.setattr(queue, "record_progress", record_slowly)
    with workers.register(queue.home) as name:
        taken = queue.take(name)
        assert taken is not None
        with pytest.raises(KeyboardInterrupt):
            worker.Worker(queue, name, leave=left.set).compute(taken)
    stopped = queue.get(job.id)
    assert stopped.state is State.FAILED
    assert "of computing; it was estimated at 1 s" in str(stopped.reason)
    assert 0 < stopped.done < stopped.total
    (again,) = queue.add("a", [job.order], [1.0])
    assert (again.state, again.used, again.done) == (State.QUEUED, 0.0, stopped.done)


def test_a_limit_leaves_room_for_a_busy_machine() -> None:
    budget = Budget(job=600.0, batch=120.0, owner=900.0)
    assert budget.limit_job(16.5) > 2 * 31.6
    assert budget.limit_job(1e9) == budget.limit_job(600.0), "what an estimate says has a bound"
