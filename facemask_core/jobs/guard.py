"""Ends a worker's process at once when its job is no longer its own.

Cancelling needs no process's number, which may be another's by then or mean nothing in another
container: the worker itself looks, several times a second, from a thread beside the computation.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from facemask_core.errors import QueueError

_SECONDS = 0.2


@contextmanager
def watching(mine: Callable[[], bool], leave: Callable[[], None]) -> Iterator[None]:
    """Looks after a job for as long as the block runs.

    Args:
        mine: Whether the job is still this worker's.
        leave: Called in another thread once it is not.
    """
    over = threading.Event()

    def watch() -> None:
        while not over.wait(_SECONDS):
            try:
                if not mine() and not over.is_set():
                    leave()
            except QueueError:
                continue  # a queue that is busy, or gone, takes no job away

    watcher = threading.Thread(target=watch, name="guard", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def leave_at_once() -> None:
    """Ends the process as a kill would; the store loses the batch under way, and nothing else."""
    os._exit(0)
