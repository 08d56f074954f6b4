"""A worker that is asked to end gives its job back, and no job pays for it."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import Any

import needs
import pytest
import queued

from facemask_core.jobs import Queue, State, planned_stop, worker, workers


@needs.kills
@pytest.mark.parametrize("number", planned_stop.SIGNALS)
def test_a_signal_is_heard_and_its_handler_restored(number: signal.Signals) -> None:
    before = signal.signal(number, signal.SIG_DFL)  # a shell's background jobs ignore Ctrl+C
    stop, left = threading.Event(), threading.Event()
    try:
        with planned_stop.watch_signals(stop, left.set):
            os.kill(os.getpid(), number)
            assert stop.wait(20)
        assert signal.getsignal(number) == signal.SIG_DFL
    finally:
        signal.signal(number, before)
    assert not left.is_set(), "the batch came to its end in time"


@needs.kills
def test_a_batch_that_takes_too_long_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planned_stop, "GRACE_SECONDS", 0.05)
    stop, left = threading.Event(), threading.Event()
    with planned_stop.watch_signals(stop, left.set):
        os.kill(os.getpid(), signal.SIGTERM)
        assert left.wait(20)


@needs.kills
def test_what_was_to_be_ignored_stays_so_and_other_signals_are_none() -> None:
    heard, stop, left = threading.Event(), threading.Event(), threading.Event()
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    other = signal.signal(signal.SIGUSR1, lambda *_: heard.set())
    try:
        with planned_stop.watch_signals(stop, left.set):
            os.kill(os.getpid(), signal.SIGHUP)
            os.kill(os.getpid(), signal.SIGUSR1)
            assert heard.wait(20)
            assert not stop.wait(0.2)
    finally:
        signal.signal(signal.SIGHUP, before)
        signal.signal(signal.SIGUSR1, other)


def test_another_thread_takes_no_signals() -> None:
    before = signal.getsignal(signal.SIGTERM)
    inside: list[object] = []

    def work() -> None:
        with planned_stop.watch_signals(threading.Event(), lambda: None):
            inside.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert inside == [before]


def test_a_worker_ends_after_its_batch_and_the_next_goes_on_there(
    queue: Queue, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued.patch(monkeypatch)
    (job,) = queue.add("a", [queued.order(data)])
    stop, record = threading.Event(), queue.record_progress

    def record_and_stop(*values: Any, **more: Any) -> None:
        record(*values, **more)
        stop.set()

    with workers.register(queue.home) as name:
        monkeypatch.setattr(queue, "record_progress", record_and_stop)
        ending = worker.Worker(queue, name, leave=lambda: None, stop=stop)
        assert ending.work_until_idle(60) == 0
    stopped = queue.get(job.id)
    assert (stopped.state, stopped.done, stopped.crashes) == (State.QUEUED, 32, 0)
    monkeypatch.undo()
    queued.patch(monkeypatch)
    assert worker.work(queue, idle=0) == 1
    assert queue.get(job.id).state is State.DONE


def test_a_worker_that_leaves_gives_its_job_back(queue: Queue, tmp_path: Path) -> None:
    (job,) = queue.add("a", [queued.order(tmp_path)])
    left = threading.Event()
    with workers.register(queue.home) as name:
        taken = queue.take(name)
        assert taken is not None
        queue.record_beginning(name, taken)
        worker.Worker(queue, name, leave=left.set).give_back_and_leave()
        assert left.is_set()
        assert (queue.get(job.id).state, queue.get(job.id).crashes) == (State.QUEUED, 0)
