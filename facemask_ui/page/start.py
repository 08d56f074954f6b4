"""The first seconds of a server: what takes them is imported while its first page stands already.

TensorFlow takes several seconds to import. The first page that anyone opens begins with it in a
thread, draws its frame meanwhile, and waits for the rest under a spinner. One thread imports for
all sessions: large packages refer to themselves in circles, which two threads may break.
"""

from __future__ import annotations

import importlib
from concurrent.futures import Future, ThreadPoolExecutor, wait

import streamlit as st

from facemask_ui import compat

_SLOW = ("facemask_ui.choices.models", "facemask_ui.reports.stored")
"""What every page needs, with all that these import."""
_LOOK_SECONDS = 0.1


@st.cache_resource(show_spinner=False)
def begin() -> Future[None]:
    """Begins to import, once a process."""
    with_one = ThreadPoolExecutor(1, thread_name_prefix="start")
    return with_one.submit(_import)


def _import() -> None:
    for name in _SLOW:
        importlib.import_module(name)


def ready() -> None:
    """Waits until everything slow is imported; says so to those who came first."""
    imported = begin()
    if not imported.done():
        with st.spinner("The lab is starting. This takes a few seconds, once."):
            while not imported.done():
                compat.end_superseded_run()
                wait([imported], _LOOK_SECONDS)
    imported.result()
