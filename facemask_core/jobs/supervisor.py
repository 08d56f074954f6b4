"""Starts a worker whenever there is work; each server process has one supervisor."""

from __future__ import annotations

import atexit
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from facemask_core import paths, system
from facemask_core.errors import FacemaskError
from facemask_core.jobs import removal, workers
from facemask_core.jobs.queue import Queue

LOG_FILE = "worker.log"
STOP_VARIABLE = "FACEMASK_STOP_WORKER"
"""Set to ``1`` where everything ends with the server, as in a container."""
_LOOK_SECONDS = 1.0
_SOON = 20.0
"""A worker that fails within so many seconds would probably fail again."""
_LONGEST_PAUSE = 60.0
_LONGEST_LOG = 2**20
_STOP_SECONDS = 8.0
"""Seconds for a worker to give its job back; containers are killed ten after the signal."""
_WORK = (sys.executable, "-m", "facemask_core", "work")

_log = logging.getLogger(__name__)


class Supervisor:
    """Starts a worker when a job is queued and no worker runs.

    The worker is a process apart from this one: it ends neither with a visitor nor with the
    server, and after a crash the next worker goes on with its job. Only where the server's end is
    the end of all (``FACEMASK_STOP_WORKER=1``) it is told to give its job back first.
    """

    def __init__(self, queue: Queue, command: Sequence[str] = _WORK) -> None:
        """Makes a supervisor; :meth:`start` starts it.

        Args:
            queue: The queue.
            command: The command that starts a worker.
        """
        self._queue_problem: str | None = None
        self._worker_problem: str | None = None
        self.deaths = 0
        """Workers of this supervisor that ended unplanned."""
        self._queue = queue
        self._command = tuple(command)
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._failures = 0
        self._not_before = 0.0
        self._woken = threading.Event()
        self._looking = threading.Lock()
        self._stopped = False

    @property
    def problem(self) -> str | None:
        """Why reports are not computed, in a sentence; None while all is well."""
        return self._worker_problem or self._queue_problem

    def start(self) -> None:
        """Starts to watch the queue, in a thread that ends with the process."""
        if os.environ.get(STOP_VARIABLE) == "1":
            atexit.register(self.stop)
        threading.Thread(target=self._watch, name="supervisor", daemon=True).start()

    def wake(self) -> None:
        """Checks the queue at once, after a job was queued."""
        self._woken.set()

    def stop(self) -> None:
        """Starts no worker from now on, and has the one that runs give its job back and end."""
        with self._looking:
            self._stopped = True
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_STOP_SECONDS)

    def look(self) -> None:
        """Starts a worker if one is needed.

        Raises:
            FacemaskError: The queue cannot be used.
            OSError: No process can be started.
        """
        with self._looking:
            if not self._stopped:
                self._look()

    def _look(self) -> None:
        if self._is_worker_running() or time.monotonic() < self._not_before:
            return
        if not self._queue.exists or not self._queue.has_work():
            return
        if not workers.is_place_taken(self._queue.home):
            self._started = time.monotonic()
            self._process = self._start_worker()

    def _watch(self) -> None:
        self._try(lambda: removal.sweep_uploads(self._queue) if self._queue.exists else None)
        while True:
            self._try(self.look)
            self._woken.wait(_LOOK_SECONDS)
            self._woken.clear()

    def _try(self, action: Callable[[], None]) -> None:
        try:
            action()
        except (FacemaskError, OSError) as error:
            if self._queue_problem != str(error):
                _log.warning("%s", error)
            self._queue_problem = str(error)
        else:
            self._queue_problem = None

    def _is_worker_running(self) -> bool:
        """Whether the last worker still runs; one that failed delays the next."""
        if self._process is None:
            return False
        code = self._process.poll()
        if code is None:
            if time.monotonic() - self._started > _SOON:
                self._failures, self._worker_problem = 0, None
            return True
        self._process = None
        # A planned stop is no failure, also where it came before the worker could take signals.
        planned = code in {0, -signal.SIGTERM, -signal.SIGINT}
        self.deaths += not planned
        if planned or time.monotonic() - self._started > _SOON:
            self._failures, self._worker_problem = 0, None
            return False
        self._failures += 1
        if self._failures > 1:  # a single failure, such as a kill, is no reason to wait
            pause = min(_LONGEST_PAUSE, 2.0**self._failures)
            self._not_before = time.monotonic() + pause
            self._worker_problem = (
                f"The worker that computes reports keeps ending early; {LOG_FILE} in the lab's "
                "data folder says why, and it is tried again."
            )
        return False

    def _start_worker(self) -> subprocess.Popen[bytes]:
        path = self._queue.home / LOG_FILE
        if path.exists() and path.stat().st_size > _LONGEST_LOG:
            system.remove_unless_open(path)
        log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            process = subprocess.Popen(  # noqa: S603  (the lab's own command line)
                self._command,
                cwd=paths.IMPORT_ROOT,
                env=os.environ | {"FACEMASK_HOME": str(self._queue.home)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **system.detached(),
            )
        finally:
            os.close(log)
        system.lower_priority(process.pid)  # somebody looks at a page, and a report can wait
        return process
