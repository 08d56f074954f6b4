"""Which workers live: each holds a lock that ends with its process, also in a crash."""

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
"""Seconds to wait for processes that only check whether the place is taken."""


@contextmanager
def take_place(home: Path) -> Iterator[None]:
    """Takes the place of a folder's only worker.

    Raises:
        WorkerError: Another has it.
    """
    lock = _folder(home) / "worker.lock"
    with ExitStack() as stack:
        try:
            with _explain_errors(lock):
                stack.enter_context(locks.held(lock, wait=_PATIENCE))
        except RunInUseError as error:
            raise WorkerError(
                f"A worker is at work in {home} already; start one beside it with --beside."
            ) from error
        yield


def is_place_taken(home: Path) -> bool:
    """Whether the place of a folder's only worker is taken."""
    return _is_locked(home / "locks" / "worker.lock")


@contextmanager
def register(home: Path) -> Iterator[str]:
    """Gives a worker a name, by which other processes can check whether it lives."""
    _folder(home)
    name = secrets.token_hex(8)
    lock = _lock(home, name)
    with ExitStack() as stack:
        with _explain_errors(lock):
            stack.enter_context(locks.held(lock))
        yield name
    remove_lock(home, name)


def remove_lock(home: Path, name: str) -> None:
    """Removes the lock of a worker that ends.

    Args:
        home: The folder it works in.
        name: Its name, from :func:`register`.
    """
    system.remove_unless_open(_lock(home, name))


def is_alive(home: Path, name: str) -> bool:
    """Whether a worker's process still runs.

    Args:
        home: The folder it works in.
        name: Its name, from :func:`register`.
    """
    if _is_locked(_lock(home, name)):
        return True
    remove_lock(home, name)  # its process ended before it could do so
    return False


def _folder(home: Path) -> Path:
    with _explain_errors(home / "locks"):
        return locks.make_folder(home)


def _lock(home: Path, name: str) -> Path:
    return home / "locks" / f"worker-{name}.lock"


def _is_locked(lock: Path) -> bool:
    if not lock.exists():
        return False
    try:
        with _explain_errors(lock), locks.held(lock, shared=True):
            return False
    except RunInUseError:
        return True


@contextmanager
def _explain_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise WorkerError(f"{path} cannot be written: {error.strerror or error}.") from error
    except sqlite3.Error as error:
        raise WorkerError(f"{path} cannot be used: {error}.") from error
