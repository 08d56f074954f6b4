"""The queue of this server, and the thread that keeps a worker running for it."""

from __future__ import annotations

from pathlib import Path

from facemask_core.jobs import Queue, Supervisor
from facemask_ui.base import mode
from facemask_ui.visitors.shared_cache import compute_once

_MOST_HOMES = 1024
"""Folders of a process; a server has one, and the tests have one each."""


def open_queue() -> Queue:
    """Opens the queue of this server, with as much room as its mode allows."""
    allowed = mode.read_mode()
    return Queue(
        most=allowed.reports,
        each=allowed.reports_each,
        each_account=allowed.reports_address,
        budget=allowed.budget,
    )


def start_supervisor() -> Supervisor:
    """Starts the thread that keeps a worker running for the queue; there is one a process."""
    return _start_supervisor(open_queue().home)


@compute_once(most=_MOST_HOMES)
def _start_supervisor(home: Path) -> Supervisor:
    supervisor = Supervisor(Queue(home))
    supervisor.start()
    return supervisor
