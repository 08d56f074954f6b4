"""Private interfaces of Streamlit and its server that the lab needs, each with its reason.

A new version may change any of them without notice; ``tests/ui/test_compat.py`` fails if one does.
In the browser, ``lesson/place.*``, ``base/refusals.js`` and ``page/frame.css`` find Streamlit's own
elements by their ``data-testid`` or class; browser tests fail if one changes.
"""

from __future__ import annotations

import contextvars
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st
from starlette.formparsers import MultiPartParser
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType
from streamlit.runtime.scriptrunner_utils.script_run_context import in_cached_function

if TYPE_CHECKING:  # the type of an uploaded file has no public name
    from streamlit.runtime.uploaded_file_manager import UploadedFile  # noqa: F401


def keep_uploads_in_memory() -> None:
    """Keeps uploads off the disk, as the privacy sentence on every page promises.

    Streamlit's server parses an upload with Starlette, which moves any file above 1 MB to a
    temporary file on disk while it arrives. No setting changes that bound, so it is raised above
    the largest upload the lab accepts.
    """
    limit = int(st.get_option("server.maxUploadSize")) + 1
    MultiPartParser.spool_max_size = limit * 2**20


def keep_keras_state() -> None:
    """Keeps what Keras holds in memory when a page's run ends.

    After every run of any page, Streamlit calls Keras's ``clear_session`` to save memory. That
    would throw away Keras's global state and TensorFlow's kernel caches while other visitors'
    threads work with them.
    """
    from facemask_core.backend import keras

    keras.backend.clear_session = lambda: None


def hide_missing_sessions() -> None:
    """Hides a warning of Streamlit's for each look at the session in a thread that runs no page.

    A room's answers are measured in such a thread, and it would fill the window of a teacher who
    started the lab there. No setting hides it.
    """
    name = "streamlit.runtime.scriptrunner_utils.script_run_context"
    logging.getLogger(name).addFilter(lambda record: "ScriptRunContext" not in record.getMessage())


def read_session_id() -> str | None:
    """Returns the id of the session for which the calling thread runs a page.

    Streamlit tells sessions apart by this id alone, and no public function returns it.

    Returns:
        The id; None in a thread that runs no page, such as a report's worker.
    """
    context = get_script_run_ctx(suppress_warning=True)
    return None if context is None else context.session_id


class PageRun:
    """The page run of the thread that makes this object; any thread may ask whether it is over.

    Streamlit tells it only to the run itself, by an exception when it draws.
    """

    def __init__(self) -> None:
        """Takes the calling thread's run, if it runs a page."""
        self._context = get_script_run_ctx(suppress_warning=True)

    def is_superseded(self) -> bool:
        """Tells whether the run's visitor has left or has chosen something else."""
        requests = None if self._context is None else self._context.script_requests
        state = None if requests is None else requests._state  # noqa: SLF001
        return state not in (None, ScriptRequestType.CONTINUE)

    def is_tab_closed(self) -> bool:
        """Tells whether the run's visitor has left; a tab that lost its connection is closed."""
        if self._context is None or not runtime.exists():
            return False
        return not runtime.get_instance().is_active_session(self._context.session_id)


def end_superseded_run() -> None:
    """Ends the calling run if its visitor has left or has chosen something else.

    Streamlit ends such a run only where the run draws or reads its session's state. A loop that
    does neither would wait to the end for an answer that nobody will see.
    """
    st.session_state.get("page")


def draw_unrecorded(draw: Callable[[], object]) -> None:
    """Draws something in a cached function that must not come back with the cached value.

    Streamlit records what a cached function draws and draws it again whenever the value is read
    from the cache. A message such as "you are next" is true only once.

    Args:
        draw: Draws it.
    """

    def draw_now() -> None:
        in_cached_function.set(False)
        draw()

    contextvars.copy_context().run(draw_now)
