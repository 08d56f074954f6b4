"""Computes films of the lab's own pictures while nobody asks the server for anything.

A process apart computes them, at a low priority, so that it can be ended at once when a visitor
comes; what it has stored by then is there for all, also after a restart.
"""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
import threading

from facemask_core import paths, system
from facemask_core.errors import ModeError
from facemask_ui.visitors import quiet

VARIABLE = "FACEMASK_FILM_MEGABYTES"
_USUAL_MEGABYTES = 500
_QUIET_SECONDS = 60.0
_LOOK_SECONDS = 5.0
_log = logging.getLogger(__name__)
_PROGRAM = (sys.executable, "-m", "facemask_ui.lab.sample_films")


def read_megabytes() -> int:
    """Reads how much room films may take on the disk; 0 computes none.

    Raises:
        ModeError: It is no number of megabytes.
    """
    text = os.environ.get(VARIABLE, "") or str(_USUAL_MEGABYTES)
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise ModeError(f"{VARIABLE} is {text!r}; give whole megabytes, or 0 for no films.")
    return int(text)


class FilmMaker:
    """The process that computes films, begun in silence and ended by the next visitor."""

    def __init__(self, command: tuple[str, ...]) -> None:
        """Begins without a process.

        Args:
            command: What computes the films.
        """
        self._command = command
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self.finished = False
        """Whether all films are there, or cannot be made."""

    @property
    def computes(self) -> bool:
        """Whether the process is there."""
        with self._lock:
            return self._process is not None

    def look(self, silence: float) -> None:
        """Begins where it has been quiet for long enough, and notes where all is done.

        Args:
            silence: Seconds since the last visitor.
        """
        with self._lock:
            if self._process is not None and self._process.poll() is not None:
                if self._process.returncode:
                    _log.info("No films are computed; FACEMASK_HOME may not be writable.")
                self._process, self.finished = None, True
            if self._process is None and not self.finished and silence >= _QUIET_SECONDS:
                self._process = subprocess.Popen(  # noqa: S603  (the lab's own program)
                    self._command,
                    cwd=paths.IMPORT_ROOT,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
                system.lower_priority(self._process.pid)

    def give_way(self) -> None:
        """Ends the process at once; a film under way is lost, and is begun again later."""
        with self._lock:
            if self._process is not None:
                self._process.kill()
                self._process.wait()
                self._process = None


async def compute_in_silence(megabytes: int) -> None:
    """Computes films whenever nobody is there, until it is cancelled.

    Args:
        megabytes: How much room they may take; 0 for none.
    """
    if not megabytes:
        return
    maker = FilmMaker((*_PROGRAM, str(megabytes)))
    forget = quiet.on_visitor(maker.give_way)
    try:
        while not maker.finished:
            await asyncio.sleep(_LOOK_SECONDS)
            await asyncio.to_thread(maker.look, quiet.measure_silence())
    finally:
        forget()
        maker.give_way()
