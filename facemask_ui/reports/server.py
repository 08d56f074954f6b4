"""The queue of this server, and the thread that keeps a worker running for it."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from facemask_core.jobs import Queue, Supervisor
from facemask_ui.base import mode


def open_queue() -> Queue:
    """Opens the queue of this server, with as much room as its mode allows."""
    allowed = mode.read_mode()
    return Queue(most=allowed.reports, each=allowed.reports_each)


def start_supervisor() -> Supervisor:
    """Starts the thread that keeps a worker running for the queue; there is one a process."""
    return _start_supervisor(open_queue().home)


@st.cache_resource(show_spinner=False)
def _start_supervisor(home: Path) -> Supervisor:
    supervisor = Supervisor(Queue(home))
    supervisor.start()
    return supervisor
