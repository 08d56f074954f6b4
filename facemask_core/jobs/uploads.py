"""Zips that visitors hand in: on disk only for as long as a job waits for them or works on them.

Another process computes the report, so memory will not do. Each lies in a folder of its own that
only this user may enter, under a name nobody can guess.
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
def keeping(home: Path) -> Iterator[None]:
    """Nothing is swept while the block runs: between the saving of a zip and its jobs' queueing.

    Args:
        home: The queue's folder.

    Raises:
        QueueError: The folder cannot be written.
    """
    with ExitStack() as kept:
        with _speaking():
            locks.make_folder(home)
            kept.enter_context(locks.held(_lock(home), shared=True, wait=_PATIENCE))
        yield


def save(home: Path, data: bytes) -> str:
    """Keeps a zip, which the caller has found harmless; to be called inside :func:`keeping`.

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
    with _speaking():
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
    """Where an upload lies, or lay.

    Args:
        home: The queue's folder.
        name: What :func:`save` gave it.
    """
    return home / _FOLDER / name / _FILE


def sweep(home: Path, needed: Callable[[], Collection[str]]) -> None:
    """Removes the uploads that no job needs, whatever left them behind.

    Args:
        home: The queue's folder.
        needed: Lists the uploads to keep; called when no other process can add one.

    Raises:
        QueueError: The queue cannot be used.
    """
    folder = home / _FOLDER
    if not folder.is_dir() or not any(folder.iterdir()):
        return
    with ExitStack() as kept:
        try:
            kept.enter_context(locks.held(_lock(home)))
        except (RunInUseError, OSError, sqlite3.Error):
            return  # someone hands in a zip just now; whoever ends a job next sweeps
        names = needed()
        for entry in folder.iterdir():
            if entry.name not in names:
                shutil.rmtree(entry, ignore_errors=True)


def _lock(home: Path) -> Path:
    return home / "locks" / "uploads.lock"


@contextmanager
def _speaking() -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error, RunInUseError) as error:
        why = getattr(error, "strerror", None) or str(error).rstrip(".")
        raise QueueError(
            f"The zip cannot be kept on the server while its report runs: {why}."
        ) from error
