"""The queue of this server, and the thread that sees to it that queued reports are computed."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from facemask_core.jobs import Queue, Supervisor
from facemask_ui.base import mode


def queue() -> Queue:
    """The queue of this server, with room for as much as its mode allows."""
    allowed = mode.read_mode()
    return Queue(most=allowed.reports, each=allowed.reports_each)


def supervise() -> Supervisor:
    """The one thread of this process that sees to it that queued reports are computed."""
    return _supervisor(queue().home)


@st.cache_resource(show_spinner=False)
def _supervisor(home: Path) -> Supervisor:
    supervisor = Supervisor(Queue(home))
    supervisor.start()
    return supervisor
