"""The line before the models: every visitor's place in it, told at the bottom of the page.

All models share one line, since they share the processor. A visitor is a session: whoever opens ten
tabs stands in line ten times. Streamlit asks a run to end when its visitor has chosen something
else or left; a run that waits here obeys at once, and what it waited for is not computed.
"""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from facemask_core.models.classifier import Classifier
from facemask_core.models.fair_queue import Alone, Asker, Turns
from facemask_ui import compat
from facemask_ui.base import mode
from facemask_ui.visitors.allowance import Allowances

_PLACE, _SAID = "place-in-line", "place-in-line-said"


_CSS = """
:has(> .st-key-line) { position: fixed; inset: auto 0 1rem; width: auto; max-width: 36rem;
  margin: 0 auto; padding: 0 1rem; z-index: 100; pointer-events: none; }
"""
"""Out of the page's flow, so that nothing moves under the visitor's hand when it comes and goes."""
_LOOK_SECONDS = 0.25
_SOON_SECONDS = 1.0
"""What comes this soon needs no word."""
_obliged = contextvars.ContextVar("obliged", default=False)


class Visitor:
    """The session in whose name the calling thread runs a page."""

    def __init__(self, session: str) -> None:
        """Names the session."""
        self.key: Hashable = session

    def waits(self, before: int) -> None:
        """Says how many come first; ends the run if its visitor wants something else by now."""
        if not _obliged.get():
            first = {0: "you are next", 1: "1 visitor before you"}
            _say(f"The lab is busy: {first.get(before, f'{before} visitors before you')}.")

    def begins(self) -> None:
        """Says so to those who have waited."""
        if not _obliged.get() and st.session_state.get(_SAID) is not None:
            _say("The lab is busy: it is your turn.")

    def used(self, seconds: float) -> None:
        """Takes it out of the visitor's allowance."""
        allowed = mode.read_mode()
        if allowed.burst is not None:
            _ALLOWANCES.spend(self.key, seconds, refill=allowed.refill)

    def rests(self) -> None:
        """Waits, without standing in line, while the visitor has used more than is allowed."""
        allowed = mode.read_mode()
        while allowed.burst is not None and not _obliged.get():
            wait = _ALLOWANCES.wait(self.key, burst=allowed.burst, refill=allowed.refill)
            if not wait:
                break
            when = "a second" if wait < 1.5 else f"{wait:.0f} seconds"
            _say(f"You have used your share of this server: it goes on in {when}.")
            time.sleep(min(wait, _LOOK_SECONDS))


def _asking() -> Asker:
    session = compat.session_id()
    if session is None:
        return Alone()
    visitor = Visitor(session)
    visitor.rests()
    return visitor


_LINE = Turns(_asking)
_ALLOWANCES = Allowances()


def join(classifier: Classifier) -> None:
    """Puts a model, which nobody has asked anything yet, behind the line of this server."""
    classifier.turns = _LINE


@contextmanager
def to_the_end() -> Iterator[None]:
    """What the block computes is not broken off, even if its visitor has gone meanwhile."""
    before = _obliged.set(True)
    try:
        yield
    finally:
        _obliged.reset(before)


@contextmanager
def for_another(lock: threading.Lock) -> Iterator[None]:
    """Holds a lock; as long as another visitor has it, one may leave.

    Args:
        lock: Held by whoever computes what others want as well.
    """
    start = time.monotonic()
    while not lock.acquire(timeout=_LOOK_SECONDS):
        compat.end_superseded_run()
        if time.monotonic() - start > _SOON_SECONDS:
            _say(
                "Another visitor asked for the same just now: the answer is on its way to you both."
            )
    try:
        yield
    finally:
        lock.release()


def reserve() -> None:
    """Keeps a spot over the page's lower edge for a visitor's place in line."""
    st.html(f"<style>{_CSS}</style>")
    with st.container(key="line"):
        st.session_state[_PLACE], st.session_state[_SAID] = st.empty(), None


def clear() -> None:
    """Takes the place in line off the page; to be called when a run has got all it asked for."""
    if st.session_state.pop(_SAID, None) is not None:
        st.session_state[_PLACE].empty()


def _say(text: str) -> None:
    # Reading the session's state is where Streamlit ends a run that was superseded.
    if st.session_state.get(_SAID) == text or _PLACE not in st.session_state:
        return
    st.session_state[_SAID] = text
    place: DeltaGenerator = st.session_state[_PLACE]
    compat.draw_unrecorded(lambda: place.info(text, icon=":material/hourglass_top:"))
