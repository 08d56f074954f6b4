"""A planned stop: no new page run begins, those under way end, and only then the server does."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable
from types import FrameType

from facemask_core.jobs.supervisor import STOP_VARIABLE
from facemask_ui.base import under_way

VARIABLE = "FACEMASK_DRAIN_SECONDS"
_USUAL_SECONDS = 6.0
"""Containers are killed ten seconds after the signal, unless told otherwise."""

_log = logging.getLogger(__name__)


def drain_on_sigterm() -> None:
    """Lets answers end when a service manager stops the server; a second signal stops it at once.

    Streamlit's server has its own handler of the signal by now, which is called once all is quiet.
    Outside the main thread, where Python takes no signals, nothing changes.
    """
    before = signal.getsignal(signal.SIGTERM)
    if threading.current_thread() is threading.main_thread() and callable(before):
        signal.signal(signal.SIGTERM, _make_handler(before))
        _end_streams_on_interrupt()


def _end_streams_on_interrupt() -> None:
    """Has Ctrl+C end the streams of rooms, for which the server would wait without end."""
    before = signal.getsignal(signal.SIGINT)

    def handle(number: int, frame: FrameType | None) -> None:
        under_way.begin_stop()
        if callable(before):
            before(number, frame)

    signal.signal(signal.SIGINT, handle)


def _make_handler(
    stop: Callable[[int, FrameType | None], object],
) -> Callable[[int, FrameType | None], None]:
    def stop_when_idle(number: int) -> None:
        if not under_way.wait_until_idle(_read_seconds()):
            _log.warning("The server stops with %d page runs under way.", under_way.count_runs())
        stop(number, None)

    def handle(number: int, frame: FrameType | None) -> None:
        if under_way.is_stopping():
            stop(number, frame)
            return
        under_way.begin_stop()
        if os.environ.get(STOP_VARIABLE) == "1":  # beside the pages: there is time for one wait
            threading.Thread(target=_stop_worker, name="stop worker", daemon=True).start()
        threading.Thread(target=stop_when_idle, args=(number,), name="drain", daemon=True).start()

    return handle


def _stop_worker() -> None:
    from facemask_ui.reports import server

    server.start_supervisor().stop()


def _read_seconds() -> float:
    text = os.environ.get(VARIABLE, "")
    return float(text) if text.isascii() and text.isdigit() else _USUAL_SECONDS
