"""The queue for the models, and the message at the bottom of the page that tells one's place in it.

All models share one queue, since they share the processor. A visitor is a session: a person with
ten tabs stands in the queue ten times. Of the films that visitors ask for, those go first that took
little so far: FGSM need not wait for anybody's PGD. In the mode ``public`` the addresses that
visitors come from have equal shares first, and the sessions of an address share what is theirs: ten
tabs get no more than one. Streamlit asks a run to end when its visitor chooses something else or
leaves. A run that waits here ends at once, and its answer is not computed; one that computes ends
after the step under way, unless somebody else waits for the same answer. Parts of a film are
finished for a visitor who has chosen something else and may come back, but not for a closed tab.
"""

from __future__ import annotations

import contextvars
import threading
import time
from collections import OrderedDict
from collections.abc import Hashable, Iterator
from contextlib import contextmanager, suppress

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from facemask_core.errors import ModeError
from facemask_core.models.classifier import Classifier
from facemask_core.models.fair_queue import FairQueue
from facemask_core.models.pace import Pace
from facemask_core.models.queue_client import Client, ThreadClient
from facemask_ui import compat
from facemask_ui.base import address, mode
from facemask_ui.base.tally import TALLY
from facemask_ui.language import say
from facemask_ui.visitors import quiet
from facemask_ui.visitors.allowance import Allowances

_PLACE, _MESSAGE = "place-in-line", "place-in-line-said"


_CSS = """
:has(> .st-key-line) { position: fixed; inset: auto 0 1rem; width: auto; max-width: 36rem;
  margin: 0 auto; padding: 0 1rem; z-index: 100; pointer-events: none; }
"""
"""Out of the page's flow: nothing moves under the visitor's hand as messages come and go."""
_LOOK_SECONDS = 0.25
_SOON_SECONDS = 1.0
"""An answer that comes this soon needs no message."""
_MOST_ADDRESSES = 4096
_ADDRESSES: OrderedDict[str, str] = OrderedDict()
"""Of sessions: what a run computes to its end is charged to its address when its tab is closed."""
_ADDRESSES_LOCK = threading.Lock()
_must_finish = contextvars.ContextVar("must_finish", default=False)
_wish: contextvars.ContextVar[Hashable] = contextvars.ContextVar("wish", default=None)
_for_everyone = contextvars.ContextVar("for_everyone", default=False)


class Visitor:
    """The session for which the calling thread runs a page."""

    def __init__(self, session: str) -> None:
        """Takes the session's id as the visitor's key."""
        quiet.note_visitor()
        self._came = time.monotonic()
        self._run = compat.PageRun()
        self._must_finish, self._for_everyone = _must_finish.get(), _for_everyone.get()
        self.key: Hashable = session
        self.wish: Hashable = _wish.get()
        self.group: Hashable = None
        if mode.read_mode().shares_by_address:
            self.group = find_address(session)

    def on_wait(self, ahead: int) -> None:
        """Shows how many come first; ends the run if nobody wants its answer any more."""
        if self._must_finish:
            if self.has_left():
                self.end_work()
        else:
            _show_message(say("waiting.ahead", count=ahead) if ahead else say("waiting.next"))

    def on_start(self) -> None:
        """Shows a visitor who had to wait that it is their turn."""
        TALLY.count_wait(time.monotonic() - self._came)
        if not self._must_finish and st.session_state.get(_MESSAGE) is not None:
            _show_message(say("waiting.turn"))

    def on_finish(self, seconds: float) -> None:
        """Takes the seconds out of the visitor's allowance."""
        limits = mode.read_mode()
        if limits.burst is not None:
            _ALLOWANCES.spend(self.key, seconds, refill=limits.refill)

    def has_left(self) -> bool:
        """Tells whether nobody wants what the run computes: neither its visitor nor another."""
        if self._for_everyone:
            return False
        over = self._run.is_tab_closed() if self._must_finish else self._run.is_superseded()
        return over and not _QUEUE.is_awaited(self)

    def end_work(self) -> None:
        """Ends the run, as Streamlit does where a run draws."""
        compat.end_superseded_run()

    def wait_for_allowance(self) -> None:
        """Waits outside the queue while the visitor has used more than the mode allows."""
        limits = mode.read_mode()
        while limits.burst is not None and not self._must_finish:
            if _QUEUE.is_awaited(self):
                break  # others would wait for this visitor's share
            wait = _ALLOWANCES.seconds_to_wait(self.key, burst=limits.burst, refill=limits.refill)
            if not wait:
                break
            _show_message(say("waiting.share", count=max(1, round(wait))))
            time.sleep(min(wait, _LOOK_SECONDS))


def find_address(session: str) -> str:
    """Finds the address that a session comes from, or came from if its tab is closed by now.

    Args:
        session: The session's id.
    """
    current = st.context.ip_address  # None for this machine, too
    with _ADDRESSES_LOCK:
        if isinstance(current, str):
            _ADDRESSES[session] = address.group_address(current)
            _ADDRESSES.move_to_end(session)
        if len(_ADDRESSES) > _MOST_ADDRESSES:
            _ADDRESSES.popitem(last=False)
        return _ADDRESSES.get(session, address.THIS_MACHINE)


def _find_client() -> Client:
    session = compat.read_session_id()
    if session is None:
        return ThreadClient()
    visitor = Visitor(session)
    visitor.wait_for_allowance()
    return visitor


def _find_waiter() -> Client:
    session = compat.read_session_id()
    return ThreadClient() if session is None else Visitor(session)


_PART_SECONDS = 0.25
"""What a visitor who had less than the others waits for at most, before each batch of theirs."""
_HEAD_START_SECONDS = 8.0
"""A film goes before those that took longer, up to so long: FGSM at every notch of the slider
takes 0.2 to 8 s of the processor, and PGD up to two minutes."""
_QUEUE = FairQueue(_find_client, head_start=_HEAD_START_SECONDS)
_ALLOWANCES = Allowances()
_HOLDERS: dict[threading.Lock, Hashable] = {}
"""The visitors whose runs compute what others wait for."""


def join_queue(classifier: Classifier) -> None:
    """Puts a model that has answered nothing yet behind this server's queue.

    A batch is computed in parts only where there are others to give way to between them.
    """
    classifier.queue = _QUEUE
    with suppress(ModeError):  # every page says so
        if mode.read_mode().gives_way:
            classifier.pace = Pace(_PART_SECONDS)


@contextmanager
def run_to_end(*, for_everyone: bool = False) -> Iterator[None]:
    """Finishes what the block computes even if its visitor chooses something else meanwhile.

    Args:
        for_everyone: Whether it is finished even if the visitor's tab is closed.
    """
    finish, everyone = _must_finish.set(True), _for_everyone.set(for_everyone)
    try:
        yield
    finally:
        _for_everyone.reset(everyone)
        _must_finish.reset(finish)


@contextmanager
def ask_for(wish: Hashable) -> Iterator[None]:
    """Says what the block's visitor asks for: what has taken long falls behind what is asked anew.

    Args:
        wish: Tells it from the visitor's other wishes.
    """
    before = _wish.set(wish)
    try:
        yield
    finally:
        _wish.reset(before)


@contextmanager
def hold_lock(lock: threading.Lock) -> Iterator[None]:
    """Holds a lock; a visitor may leave while another visitor's run holds it.

    Args:
        lock: The lock of an answer that several visitors want and one run computes.
    """
    start, waiter = time.monotonic(), _find_waiter()
    try:
        while not lock.acquire(timeout=_LOOK_SECONDS):
            # The other may stand behind many of its own address.
            _QUEUE.lend_place(waiter, _HOLDERS.get(lock))
            compat.end_superseded_run()
            if time.monotonic() - start > _SOON_SECONDS:
                _show_message(say("waiting.shared"))
    finally:
        _QUEUE.take_place_back(waiter)
    _HOLDERS[lock] = waiter.key
    try:
        yield
    finally:
        del _HOLDERS[lock]
        lock.release()


def reserve_place() -> None:
    """Reserves room over the page's lower edge for the message."""
    st.html(f"<style>{_CSS}</style>")
    with st.container(key="line"):
        st.session_state[_PLACE], st.session_state[_MESSAGE] = st.empty(), None


def clear_place() -> None:
    """Clears the message off the page, at the end of a run."""
    if st.session_state.pop(_MESSAGE, None) is not None:
        st.session_state[_PLACE].empty()


def _show_message(text: str) -> None:
    # Reading the session's state is where Streamlit ends a run that was superseded.
    if st.session_state.get(_MESSAGE) == text or _PLACE not in st.session_state:
        return
    st.session_state[_MESSAGE] = text
    place: DeltaGenerator = st.session_state[_PLACE]
    compat.draw_unrecorded(lambda: place.info(text, icon=":material/hourglass_top:"))
