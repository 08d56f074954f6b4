"""Which workers live. Each holds a lock that goes with its process, however that ends."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from facemask_core import system
from facemask_core.errors import RunInUseError, WorkerError
from facemask_core.storage import locks

_PATIENCE = 2.0
"""Seconds to wait for those who only look whether the place is taken."""


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Takes the place of a folder's one worker.

    Raises:
        WorkerError: Another has it.
    """
    lock = _folder(home) / "worker.lock"
    with ExitStack() as kept:
        try:
            with _speaking(lock):
                kept.enter_context(locks.held(lock, wait=_PATIENCE))
        except RunInUseError as error:
            raise WorkerError(
                f"A worker is at work in {home} already; start one beside it with --beside."
            ) from error
        yield


def somebody(home: Path) -> bool:
    """Whether the place of a folder's one worker is taken."""
    return _taken(home / "locks" / "worker.lock")


@contextmanager
def registered(home: Path) -> Iterator[str]:
    """Gives a worker a name, by which others can tell whether it lives."""
    name = secrets.token_hex(8)
    lock = _folder(home) / f"worker-{name}.lock"
    with ExitStack() as kept:
        with _speaking(lock):
            kept.enter_context(locks.held(lock))
        yield name
    system.remove_unless_open(lock)


def lives(home: Path, name: str) -> bool:
    """Whether a worker's process is still there.

    Args:
        home: The folder it works in.
        name: What :func:`registered` gave it.
    """
    lock = home / "locks" / f"worker-{name}.lock"
    if _taken(lock):
        return True
    system.remove_unless_open(lock)  # its process could not do it
    return False


def _folder(home: Path) -> Path:
    with _speaking(home / "locks"):
        return locks.make_folder(home)


def _taken(lock: Path) -> bool:
    if not lock.exists():
        return False
    try:
        with _speaking(lock), locks.held(lock, shared=True):
            return False
    except RunInUseError:
        return True


@contextmanager
def _speaking(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise WorkerError(f"{path} cannot be written: {error.strerror or error}.") from error
    except sqlite3.Error as error:
        raise WorkerError(f"{path} cannot be used: {error}.") from error
