"""A lock keeps others out, threads included, and lets go of its own accord."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from command_line import ROOT

from facemask_core.errors import RunInUseError
from facemask_core.storage import locks


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [(True, True, True), (True, False, False), (False, True, False), (False, False, False)],
)
def test_only_sharers_hold_it_together(
    tmp_path: Path, first: bool, second: bool, together: bool
) -> None:
    path, got = tmp_path / "a.lock", []

    def take() -> None:
        try:
            with locks.held(path, shared=second):
                got.append(True)
        except RunInUseError:
            got.append(False)

    with locks.held(path, shared=first):
        other = threading.Thread(target=take)
        other.start()
        other.join()
    take()
    assert got == [together, True]


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


def test_who_waited_for_a_removed_lock_takes_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, connect = tmp_path / "a.lock", sqlite3.connect
    opened, taken, over = (threading.Event() for _ in range(3))

    def wait() -> None:
        with locks.held(path, wait=60):
            taken.set()
            over.wait(60)

    def noted(*arguments: Any, **more: Any) -> sqlite3.Connection:
        connection = connect(*arguments, **more)
        opened.set()
        return connection

    waiter = threading.Thread(target=wait)
    with locks.held(path):
        monkeypatch.setattr(sqlite3, "connect", noted)
        waiter.start()
        assert opened.wait(60)
        path.unlink()
    assert taken.wait(60)
    try:
        with pytest.raises(RunInUseError), locks.held(path):
            pass
    finally:
        over.set()
        waiter.join()
