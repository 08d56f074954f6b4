"""The frame around every page: browser tab, links, one place for errors, footer."""

from __future__ import annotations

import logging
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st
from streamlit.errors import StreamlitPageNotFoundError

from facemask_core import logs
from facemask_core.errors import FacemaskError, ModeError, StartError
from facemask_ui import compat
from facemask_ui.base import (
    address,
    browser,
    device_words,
    messages,
    mode,
    page_runs,
    settings,
    theme,
)
from facemask_ui.base.tally import TALLY
from facemask_ui.language import say
from facemask_ui.page import language_choice, skip_link, start, widget_words

_log = logging.getLogger(__name__)
# A material icon would do, but the browser's tab fetches those from a server of Google's.
_ICON = str(Path(__file__).with_name("icon.svg"))
(_CSS,) = browser.read_texts(__file__, "frame.css")
_MARK = b64encode(Path(_ICON).read_bytes()).decode()
_CSS += f".mark::before {{ background-image: url(data:image/svg+xml;base64,{_MARK}); }}"
_PAGES = (
    ("app.py", "home", ":material/home:"),
    ("pages/1_Inspect.py", "inspect", ":material/search:"),
    ("pages/2_Attack.py", "attack", ":material/bolt:"),
    ("pages/3_Report.py", "report", ":material/bar_chart:"),
    ("pages/4_Models.py", "models", ":material/neurology:"),
    ("pages/5_Learn.py", "learn", ":material/school:"),
    ("pages/6_Paper.py", "paper", ":material/article:"),
    ("pages/7_Class.py", "class", ":material/groups:"),
)


@contextmanager
def page(name: str, *, has_stage: bool = False) -> Iterator[None]:
    """Frames a page, which draws everything inside the ``with`` block.

    The page imports the lab's modules inside the block, too: nearly all of them need TensorFlow,
    and the frame is on the screen before TensorFlow is loaded.

    An error of the core becomes one sentence where it happens; any other error goes to the log.
    The footer is there in either case.

    Args:
        name: The table of its strings, which has its ``title`` for the browser's tab, its only
            first-level ``heading``, and its ``lead``: what the page is for, in a sentence.
        has_stage: Whether the page has a slider, to which a keyboard is led first.
    """
    number = logs.begin_request()
    is_drawn = False
    with _show_faults(name, number):
        _draw_head(name, has_stage)
        is_drawn = True
    if not is_drawn:
        st.stop()
    with page_runs.begin_run():
        with _show_faults(name, number):
            yield
        with _show_faults(name, number):
            _draw_footer()


def _draw_head(name: str, has_stage: bool) -> None:
    """Draws what stands above every page, and waits until the slow packages are imported."""
    start.begin_import()
    settings.enter_page(name)
    language_choice.set_language()
    title = say("frame.tab", page=say(f"{name}.title"))
    st.set_page_config(page_title=title, page_icon=_ICON, layout="wide")
    _check_mode()
    compat.keep_uploads_in_memory()
    st.html(f"<style>{_CSS}{theme.write_ink()}{widget_words.write_style()}</style>")
    with st.container(horizontal=True, key="navigation", gap="xsmall"):
        if has_stage:
            skip_link.draw_skip_link()
        st.html(f'<span class="mark">{say("frame.name")}</span>', width="content")
        _draw_links()
        language_choice.choose_language()
    with st.container(horizontal=True, key="heading"):
        st.title(say(f"{name}.heading"), anchor=False, width="content")
        st.markdown(say(f"{name}.lead"), width="content")
    page_runs.stay_closed()
    start.wait_for_import()
    from facemask_ui.reports import server
    from facemask_ui.visitors import waiting

    server.start_supervisor()  # on every page: reports may wait that an earlier server left
    waiting.reserve_place()


def _draw_links() -> None:
    try:
        for script, name, icon in _PAGES:
            st.page_link(script, label=say(f"{name}.title"), icon=icon)
    except StreamlitPageNotFoundError as error:
        raise StartError(say("frame.not_alone")) from error


@contextmanager
def _show_faults(page: str, number: str) -> Iterator[None]:
    """Tells what fails in the block: an error of the core by its sentence, any other by the log.

    Args:
        page: The page's name, for the log.
        number: The request's, by which its visitor's sentence and the log's lines belong together.
    """
    try:
        yield
    except FacemaskError as error:
        messages.show_error(error)
    except Exception:
        TALLY.count_failure()
        _log.exception("The page %s failed in request %s.", page, number)
        st.error(say("frame.failed", number=number), icon=":material/error:")


def _check_mode() -> None:
    """Closes the lab if mode or limits have no meaning, and hides errors' details if told to."""
    try:
        address.read_proxy()
        if mode.read_mode().hides_errors:
            st.set_option("client.showErrorDetails", "none")
    except ModeError as error:
        messages.show_error(error)
        st.stop()


def _draw_footer() -> None:
    from facemask_core import backend
    from facemask_ui.choices import models
    from facemask_ui.visitors import waiting

    waiting.clear_place()
    with st.container(key="footer"):
        st.space("small")
        for message in models.messages():
            st.warning(messages.write_problem(message), icon=":material/memory:")
        theme.follow_theme()
        device = device_words.describe_device(str(backend.device()))
        st.caption(f":material/memory: {device}  \n:material/lock: {say('frame.privacy')}")
