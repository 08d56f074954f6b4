"""A visitor's zip is on disk for as long as a job needs it, and no longer."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
import queued

from facemask_core.errors import QueueError
from facemask_core.jobs import Data, Kind, Queue, State, removal, uploads, worker, workers
from facemask_core.jobs.table import MOST_CRASHES


def hand_in(queue: Queue, owner: str = "a", **more: object) -> Path:
    with uploads.pause_sweep(queue.home):
        name = uploads.save(queue.home, b"zip")
        data = Data(kind=Kind.UPLOAD, title="mine.zip", place=name, sha256=name)
        queue.add(owner, [queued.order(Path(), data=data, **more)])
    return uploads.file(queue.home, name)


def test_nobody_else_may_look(queue: Queue) -> None:
    path = hand_in(queue)
    assert path.read_bytes() == b"zip"
    modes = [stat.S_IMODE(place.stat().st_mode) for place in (path, *path.parents[:2])]
    assert modes == [0o600, 0o700, 0o700]


def test_it_goes_when_its_last_job_is_cancelled(queue: Queue) -> None:
    path, other = hand_in(queue), hand_in(queue, seed=4)
    (name,) = {path.parent.name}
    data = next(job.order.data for job in queue.jobs() if job.order.data.place == name)
    queue.add("b", [queued.order(Path(), data=data)])
    mine, theirs = (
        next(job for job in queue.jobs(owner) if job.order.data.place == name)
        for owner in ("a", "b")
    )
    removal.cancel_job(queue, mine)
    assert path.exists()
    removal.delete_job_and_run(queue, theirs)
    assert not path.parent.exists()
    assert other.exists()


def test_what_a_crash_left_behind_is_swept(queue: Queue) -> None:
    kept = hand_in(queue)
    with uploads.pause_sweep(queue.home):  # and killed before its job was queued
        left = uploads.save(queue.home, b"zip")
    (queue.home / "uploads" / "half").mkdir()
    removal.sweep_uploads(queue)
    assert not uploads.file(queue.home, left).parent.exists()
    assert [entry.name for entry in (queue.home / "uploads").iterdir()] == [kept.parent.name]


def test_it_goes_when_its_job_has_lost_too_many_workers(queue: Queue) -> None:
    path = hand_in(queue)
    for _ in range(MOST_CRASHES):
        with workers.register(queue.home) as name:
            job = queue.take(name)
            assert job is not None
            queue.record_beginning(name, job)
        assert path.exists()
    assert worker.work(queue, idle=0) == 0
    (job,) = queue.jobs()
    assert job.state is State.FAILED
    assert not path.parent.exists()


def test_nothing_is_swept_while_a_zip_is_hand_in(queue: Queue) -> None:
    with uploads.pause_sweep(queue.home):
        name = uploads.save(queue.home, b"zip")
        removal.sweep_uploads(queue)
        assert uploads.file(queue.home, name).exists()


def test_no_room_is_one_sentence(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(uploads.os, "fsync", full)
    with (
        uploads.pause_sweep(queue.home),
        pytest.raises(QueueError, match=r"cannot be kept .*: No space left on device\.$"),
    ):
        uploads.save(queue.home, b"zip")
    assert list((queue.home / "uploads").iterdir()) == []
