"""A lock keeps others out, threads included, and lets go of its own accord."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import needs
import pytest
from command_line import ROOT
from filelock import ReadWriteLock

from facemask_core.errors import RunInUseError
from facemask_core.storage import locks


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [(True, True, True), (True, False, False), (False, True, False), (False, False, False)],
)
def test_only_sharers_hold_it_together(
    tmp_path: Path, first: bool, second: bool, together: bool
) -> None:
    path, results = tmp_path / "a.lock", []

    def take() -> None:
        try:
            with locks.held(path, shared=second):
                results.append(True)
        except RunInUseError:
            results.append(False)

    with locks.held(path, shared=first):
        other = threading.Thread(target=take)
        other.start()
        other.join()
    take()
    assert results == [together, True]


def test_a_dead_process_lets_go(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    code = (
        "import pathlib, sys, time\n"
        "from facemask_core.storage import locks\n"
        "with locks.held(pathlib.Path(sys.argv[1])):\n"
        "    print('held', flush=True)\n"
        "    time.sleep(600)\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(path)], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"held\n"
    with pytest.raises(RunInUseError), locks.held(path):
        pass
    child.kill()
    child.communicate()
    with locks.held(path):
        assert {entry.name for entry in tmp_path.iterdir()} == {"a.lock"}


@needs.removal_of_open_files
def test_a_waiter_for_a_removed_lock_takes_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, acquire = tmp_path / "a.lock", ReadWriteLock.acquire_write
    opened, taken, over = (threading.Event() for _ in range(3))

    def wait() -> None:
        with locks.held(path, wait=60):
            taken.set()
            over.wait(60)

    def note(lock: ReadWriteLock, *arguments: Any) -> Any:
        opened.set()  # the file was opened when the lock was made
        return acquire(lock, *arguments)

    waiter = threading.Thread(target=wait)
    with locks.held(path):
        monkeypatch.setattr(ReadWriteLock, "acquire_write", note)
        waiter.start()
        assert opened.wait(60)
        time.sleep(0.02)  # until it waits for this very file
        path.unlink()
    assert taken.wait(60)
    try:
        with pytest.raises(RunInUseError), locks.held(path):
            pass
    finally:
        over.set()
        waiter.join()
