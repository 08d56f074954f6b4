"""Tells a worker that it is asked to end: by Ctrl+C, a service manager, or a container that stops.

Python runs a signal's handler between two steps of the main thread, which a compiled program may
hold for minutes. Here a second thread hears of the signal at once, and ends the process itself if
the main thread has not come to the end of its batch soon.
"""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

SIGNALS = tuple(
    getattr(signal, name)
    for name in ("SIGTERM", "SIGINT", "SIGHUP", "SIGBREAK")
    if hasattr(signal, name)
)
GRACE_SECONDS = 5.0
"""Seconds for the batch under way; containers are killed ten seconds after the signal."""


@contextmanager
def watch_signals(stop: threading.Event, leave: Callable[[], None]) -> Iterator[None]:
    """Sets an event when the process is asked to end while the block runs.

    A signal that the process was started to ignore stays ignored, as ``nohup`` wants it. Outside
    the main thread, where Python takes no signals, nothing is watched.

    Args:
        stop: The event.
        leave: Called in another thread if the block still runs a few seconds after that.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    over = threading.Event()
    reader, writer = socket.socketpair()

    def watch() -> None:
        while received := reader.recv(1):
            if received[0] not in SIGNALS:
                continue  # of a handler that the program has besides
            stop.set()
            if not over.wait(GRACE_SECONDS):
                leave()
            return

    watcher = threading.Thread(target=watch, name="planned stop", daemon=True)
    with ExitStack() as stack:
        for end in (reader, writer):
            stack.callback(end.close)
        writer.setblocking(False)
        watcher.start()
        stack.callback(watcher.join)
        stack.callback(writer.shutdown, socket.SHUT_WR)
        stack.callback(over.set)
        before = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        stack.callback(signal.set_wakeup_fd, before)
        for number in SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                stack.callback(signal.signal, number, signal.signal(number, _wait_for_batch))
        yield


def _wait_for_batch(*_: object) -> None:
    """Does nothing: the watcher has the signal already, and the batch under way goes on."""
