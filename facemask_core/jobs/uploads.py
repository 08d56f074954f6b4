"""Visitors' zips, on disk only for as long as a waiting or running job needs them.

Another process computes the report, so memory would not do. Each zip is in a folder of its own
under a random name, which only this user can read.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from facemask_core.errors import QueueError, RunInUseError
from facemask_core.storage import locks

_FOLDER = "uploads"
_FILE = "data.zip"
_PATIENCE = 10.0


@contextmanager
def pause_sweep(home: Path) -> Iterator[None]:
    """Keeps every upload while the block runs: from saving a zip to queueing its jobs.

    Args:
        home: The queue's folder.

    Raises:
        QueueError: The folder cannot be written.
    """
    with ExitStack() as stack:
        with _explain_errors():
            locks.make_folder(home)
            stack.enter_context(locks.held(_lock(home), shared=True, wait=_PATIENCE))
        yield


def save(home: Path, data: bytes) -> str:
    """Stores a zip that the caller has checked; to be called inside :func:`pause_sweep`.

    Args:
        home: The queue's folder.
        data: The zip.

    Returns:
        The upload's name.

    Raises:
        QueueError: It cannot be written.
    """
    name = secrets.token_hex(16)
    path = file(home, name)
    with _explain_errors():
        path.parent.parent.mkdir(mode=0o700, exist_ok=True)
        path.parent.mkdir(mode=0o700)
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                out.write(data)
                out.flush()
                os.fsync(out.fileno())  # a job that outlives a power cut finds it whole
        except BaseException:
            shutil.rmtree(path.parent, ignore_errors=True)
            raise
    return name


def file(home: Path, name: str) -> Path:
    """The path of an upload, whether it still exists or not.

    Args:
        home: The queue's folder.
        name: Its name, from :func:`save`.
    """
    return home / _FOLDER / name / _FILE


def sweep(home: Path, list_needed: Callable[[], Collection[str]]) -> None:
    """Removes the uploads that no job needs, also those that a crash left behind.

    Args:
        home: The queue's folder.
        list_needed: Lists the uploads to keep; called while no other process can add one.

    Raises:
        QueueError: The queue cannot be used.
    """
    folder = home / _FOLDER
    if not folder.is_dir() or not any(folder.iterdir()):
        return
    with ExitStack() as stack:
        try:
            stack.enter_context(locks.held(_lock(home)))
        except (RunInUseError, OSError, sqlite3.Error):
            return  # a zip is being uploaded; the next job that ends sweeps again
        names = list_needed()
        for entry in folder.iterdir():
            if entry.name not in names:
                shutil.rmtree(entry, ignore_errors=True)


def _lock(home: Path) -> Path:
    return home / "locks" / "uploads.lock"


@contextmanager
def _explain_errors() -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error, RunInUseError) as error:
        why = getattr(error, "strerror", None) or str(error).rstrip(".")
        raise QueueError(
            f"The zip cannot be kept on the server while its report runs: {why}."
        ) from error
