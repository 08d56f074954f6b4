"""Runs of a page and of its parts: counted, so that a planned stop lets them end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec

import streamlit as st

from facemask_core.errors import ModeError
from facemask_core.pictures.pixel_budget import ON_WAIT, OWNER, Owner
from facemask_ui import compat
from facemask_ui.base import address, mode, under_way
from facemask_ui.language import say

_inside: ContextVar[bool] = ContextVar("inside_page_run", default=False)
P = ParamSpec("P")


@contextmanager
def begin_run() -> Iterator[None]:
    """Counts the block as a run under way, and decodes pictures in it for this visitor.

    A picture is not waited for any more once the visitor has left or has chosen something else.
    """
    owner, inside = OWNER.set(_find_owner()), _inside.set(True)
    on_wait = ON_WAIT.set(compat.end_superseded_run)
    try:
        with under_way.page_run():
            yield
    finally:
        ON_WAIT.reset(on_wait)
        _inside.reset(inside)
        OWNER.reset(owner)


def _find_owner() -> Owner | None:
    """Finds the visitor of the calling thread, with the address where addresses share."""
    session = compat.read_session_id()
    if session is None:
        return None
    group = session
    with suppress(ModeError):  # which the page says itself
        if mode.read_mode().shares_by_address:
            current = st.context.ip_address  # None for this machine
            group = address.group_address(current or address.THIS_MACHINE)
    return Owner(group, session)


def stay_closed() -> None:
    """Begins no answer on a server that is about to stop: nobody would see its end."""
    if under_way.is_stopping():
        st.info(say("base.restarting"), icon=":material/hourglass_top:")
        st.stop()


def draw_apart(draw: Callable[P, None], *, run_every: float | None = None) -> Callable[P, None]:
    """Makes a part of a page that runs again without the rest of it.

    Such a run counts like one of the page, and does not begin on a server that is about to stop.

    Args:
        draw: Draws the part.
        run_every: Seconds after which it runs again by itself; None for never.
    """

    @wraps(draw)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        if _inside.get():  # the page's own run, which is to end as a whole
            draw(*args, **kwargs)
            return
        stay_closed()
        with begin_run():
            draw(*args, **kwargs)

    return st.fragment(run, run_every=run_every)
