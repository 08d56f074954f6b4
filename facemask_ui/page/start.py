"""The first seconds of a server: it imports TensorFlow while its first page is on the screen.

TensorFlow takes several seconds to import. The first page that a visitor opens begins the import in
a thread, draws its frame meanwhile, and waits for the rest under a spinner. One thread imports for
all sessions: large packages import themselves in circles, which two threads may break.
"""

from __future__ import annotations

import gc
import importlib
import threading
from concurrent.futures import Future, ThreadPoolExecutor, wait

import streamlit as st

from facemask_core import system
from facemask_ui import compat
from facemask_ui.language import say

_SLOW = ("facemask_ui.choices.models", "facemask_ui.reports.stored")
"""Modules that every page needs; they import all the slow packages."""
_LOOK_SECONDS = 0.1


_lock = threading.Lock()
_imports: list[Future[None]] = []
"""At most one. No cache of Streamlit's holds it, because visitors can empty those."""


def begin_import() -> Future[None]:
    """Begins the slow import, once in a process."""
    with _lock:
        if not _imports:
            thread = ThreadPoolExecutor(1, thread_name_prefix="start")
            _imports.append(thread.submit(_import_slow_modules))
        return _imports[0]


def is_imported() -> bool:
    """Whether the slow import is over; it is not begun here."""
    with _lock:
        return bool(_imports) and _imports[0].done() and _imports[0].exception() is None


def _import_slow_modules() -> None:
    system.return_freed_memory()
    for name in _SLOW:
        importlib.import_module(name)
    # What was imported stays. Python would walk its million objects again while someone waits.
    gc.collect()
    gc.freeze()


def wait_for_import() -> None:
    """Waits for the slow import, under a spinner if it is still running."""
    slow_import = begin_import()
    if not slow_import.done():
        with st.spinner(say("frame.starting")):
            while not slow_import.done():
                compat.end_superseded_run()
                wait([slow_import], _LOOK_SECONDS)
    slow_import.result()
