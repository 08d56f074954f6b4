"""Locks between processes, which end with the process that holds them.

The package filelock takes them from the operating system, which takes them back when a process
ends, however it ends. Threads exclude each other as processes do.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from filelock import ReadWriteLock, Timeout

from facemask_core.errors import RunInUseError


def make_folder(home: Path) -> Path:
    """Makes the folder for the locks of a folder, unless it is there; returns its path.

    The folder itself is made as well where it is missing, for its user alone.

    Raises:
        OSError: One of them cannot be made.
    """
    home.parent.mkdir(parents=True, exist_ok=True)
    home.mkdir(mode=0o700, exist_ok=True)
    folder = home / "locks"
    # Where a group may write, filelock would guard each lock by a folder and a hard link more.
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


@contextmanager
def held(path: Path, *, shared: bool = False, wait: float = 0.0) -> Iterator[None]:
    """Holds a lock for as long as the block runs, or the process lives.

    Its file may be removed while the lock is held, unless it is shared: a process that waits for
    it then turns to the new file, as those do that come later.

    Args:
        path: The lock's file, made where there is none; its folder must exist.
        shared: Let others hold it too, as long as they share it.
        wait: Seconds to wait for others to let go.

    Raises:
        RunInUseError: Another process or thread holds it.
        OSError: The file cannot be used.
        sqlite3.Error: The file is not that of a lock.
    """
    with closing(_acquire(path, shared, time.monotonic() + wait)):
        yield


def _acquire(path: Path, shared: bool, deadline: float) -> ReadWriteLock:
    while True:
        # Singletons, the package's default, would let the threads of a process share a lock.
        lock = ReadWriteLock(path, is_singleton=False)
        acquire = lock.acquire_read if shared else lock.acquire_write
        try:
            acquire(max(0.0, deadline - time.monotonic()))
        except Timeout as error:
            raise RunInUseError(f"{path} is locked by another process.") from error
        except OSError as error:
            if error.errno is not None:
                raise
            # The package's own refusal, without a number from the system: the last holder has
            # removed the file. What is wrong with a file for good, it says on the line above.
        else:
            return lock
