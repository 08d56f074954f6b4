"""A worker runs while there is work: started once, and again after a kill, with pauses."""

from __future__ import annotations

import os
import re
import sys
import time
from pathlib import Path

import needs
import pytest
import queued

from facemask_core.jobs import Queue, State, Supervisor, supervisor, workers

# A worker without a model: it takes what there is, and ends it or, told so, waits to be killed.
_WORKER = """
import sys, time
from pathlib import Path
from facemask_core.jobs import Queue, State, workers
queue = Queue()
with workers.take_place(queue.home), workers.register(queue.home) as name:
    Path(queue.home, "started").open("a").write("x")
    while (job := queue.take(name)) is not None:
        if Path(queue.home, "hang").exists():
            time.sleep(600)
        queue.end(name, job, State.DONE)
        Path(queue.home, "ended").open("a").write("x")
"""
COMMAND = (sys.executable, "-c", _WORKER)


def wait_until_ended(watcher: Supervisor, queue: Queue, seconds: float = 60) -> list[State]:
    """Looks as its thread would until nothing waits or runs."""
    end = time.monotonic() + seconds
    while any(job.state.active for job in queue.jobs()):
        assert time.monotonic() < end
        watcher.look()
        time.sleep(0.05)
    return [job.state for job in queue.jobs()]


def starts(queue: Queue) -> int:
    path = queue.home / "started"
    return len(path.read_text()) if path.exists() else 0


def test_nothing_is_started_or_made_without_work(queue: Queue) -> None:
    watcher = Supervisor(queue, COMMAND)
    watcher.look()
    assert not queue.home.exists()
    queue.jobs()
    watcher.look()
    assert watcher._process is None


def test_two_servers_have_every_job_computed_once(queue: Queue, tmp_path: Path) -> None:
    queue.add("a", [queued.order(tmp_path, seed=seed) for seed in range(3)])
    servers = [Supervisor(queue, COMMAND) for _ in range(2)]
    for server in servers:
        server.look()
    assert wait_until_ended(servers[0], queue) == [State.DONE] * 3
    assert (queue.home / "ended").read_text() == "xxx"


def test_a_killed_worker_s_job_is_taken_up(queue: Queue, tmp_path: Path) -> None:
    hang = queue.home / "hang"
    queue.add("a", [queued.order(tmp_path)])
    hang.touch()
    watcher = Supervisor(queue, COMMAND)
    watcher.look()
    process = watcher._process
    assert process is not None
    if os.name == "posix":
        here = os.getpriority(os.PRIO_PROCESS, 0)
        assert os.getpriority(os.PRIO_PROCESS, process.pid) == min(here + 5, 19), "pages go first"
        assert os.getsid(process.pid) == process.pid, "it ends with neither server nor visitor"
    while queue.jobs()[0].state is not State.RUNNING:
        time.sleep(0.05)
    watcher.look()
    assert watcher._process is process
    hang.unlink()
    process.kill()
    assert wait_until_ended(watcher, queue) == [State.DONE]
    assert starts(queue) == 2


def test_the_next_server_takes_up_what_the_last_left(queue: Queue, tmp_path: Path) -> None:
    queue.add("a", [queued.order(tmp_path)])
    with workers.register(queue.home) as name:
        queue.take(name)
    assert wait_until_ended(Supervisor(queue, COMMAND), queue) == [State.DONE]


def test_a_worker_that_cannot_start_is_told_and_not_tried_in_a_frenzy(
    queue: Queue, tmp_path: Path
) -> None:
    queue.add("a", [queued.order(tmp_path)])
    begun: list[float] = []
    watcher = Supervisor(queue, (sys.executable, "-c", "raise SystemExit(1)"))
    begin = watcher._start_worker
    watcher._start_worker = lambda: begun.append(time.monotonic()) or begin()  # type: ignore[method-assign]
    while watcher.problem is None:
        watcher.look()
        time.sleep(0.01)
    for _ in range(20):
        watcher.look()
        time.sleep(0.01)
    assert len(begun) == 2
    assert watcher.problem.startswith("The worker that computes reports keeps ending early;")


@needs.kills
def test_a_worker_that_is_told_to_end_is_no_failure(queue: Queue, tmp_path: Path) -> None:
    queue.add("a", [queued.order(tmp_path)])
    command = (sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGTERM)")
    watcher = Supervisor(queue, command)
    for _ in range(3):
        watcher._not_before = 0.0
        watcher.look()
        assert watcher._process is not None
        watcher._process.wait(20)
    watcher.look()
    assert watcher.problem is None
    assert watcher._failures == 0
    watcher.stop()


def test_a_server_that_is_the_end_of_all_ends_its_worker_and_starts_no_other(
    queue: Queue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered: list[object] = []
    monkeypatch.setattr(supervisor.atexit, "register", registered.append)
    monkeypatch.setattr(Supervisor, "_watch", lambda _self: None)
    Supervisor(queue).start()
    assert not registered
    monkeypatch.setenv(supervisor.STOP_VARIABLE, "1")
    (queue.home / "hang").parent.mkdir(parents=True, exist_ok=True)
    (queue.home / "hang").touch()
    queue.add("a", [queued.order(tmp_path)])
    watcher = Supervisor(queue, COMMAND)
    watcher.start()
    assert registered == [watcher.stop]
    watcher.look()
    assert watcher._process is not None
    watcher.stop()
    assert watcher._process.poll() is not None
    before = watcher._process
    watcher.look()
    assert watcher._process is before


def test_the_thread_starts_work_by_itself_and_sweeps(
    queue: Queue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = queue.home / "uploads" / "left"
    left.mkdir(parents=True)
    queue.add("a", [queued.order(tmp_path)])
    monkeypatch.setattr(supervisor, "_LOOK_SECONDS", 0.1)
    watcher = Supervisor(queue, COMMAND)
    watcher.start()
    watcher.wake()
    end = time.monotonic() + 60
    while queue.jobs()[0].state is not State.DONE:
        assert time.monotonic() < end
        time.sleep(0.05)
    assert not left.exists()


def test_a_home_that_cannot_be_used_is_told_until_it_can(queue: Queue, tmp_path: Path) -> None:
    queue.add("a", [queued.order(tmp_path)])
    queue.home.rename(tmp_path / "away")
    watcher = Supervisor(queue, COMMAND)
    queue.home.mkdir()
    (queue.home / "jobs.sqlite3").touch()
    (queue.home / "locks").write_text("in the way")
    watcher._try(watcher.look)
    assert re.search(r"cannot be written: [^:]+\.$", str(watcher.problem))
    (queue.home / "locks").unlink()
    watcher._try(watcher.look)
    assert watcher.problem is None
