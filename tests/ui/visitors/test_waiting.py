"""A visitor sees their place in the queue while they wait, and never again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
from screen import Open
from streamlit.testing.v1 import AppTest

from facemask_core import Classifier
from facemask_ui import compat
from facemask_ui.visitors import waiting


def _busy(app: AppTest) -> list[str]:
    return [info.value for info in app.info if "busy" in info.value]


def test_a_place_is_on_the_page_and_does_not_come_back(
    open_page: Open, brightness: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting.join_queue(brightness)
    messages: list[str] = []
    say, opened = waiting._show_message, threading.Event()

    def record(text: str) -> None:
        messages.append(text)
        say(text)
        if len(messages) > 2:
            opened.set()

    def work(arrays: list[np.ndarray]) -> list[np.ndarray]:
        assert opened.wait(60)
        return arrays

    monkeypatch.setattr(waiting, "_show_message", record)
    other = threading.Thread(
        target=waiting._QUEUE.compute, args=("a model", "a batch", [np.zeros(1)], work)
    )
    other.start()
    app = open_page("Home")
    other.join(60)
    assert not app.exception
    assert messages[0] == "The lab is busy: 1 visitor before you."
    assert messages[-1] == "The lab is busy: it is your turn."
    assert _busy(app) == []
    assert _busy(app.run()) == []


@pytest.mark.parametrize("awaited", [False, True])
@pytest.mark.parametrize(
    ("block", "superseded", "closed"),
    [
        (nullcontext, True, True),
        (waiting.run_to_end, False, True),
        (partial(waiting.run_to_end, for_everyone=True), False, False),
    ],
)
def test_work_ends_when_nobody_wants_its_answer(
    monkeypatch: pytest.MonkeyPatch,
    block: Callable[[], AbstractContextManager[None]],
    superseded: bool,
    closed: bool,
    awaited: bool,
) -> None:
    with block():
        visitor = waiting.Visitor("session")
    run = SimpleNamespace(is_superseded=lambda: False, is_tab_closed=lambda: False)
    visitor._run = run
    monkeypatch.setattr(waiting._QUEUE, "is_awaited", lambda client: awaited and client is visitor)
    assert not visitor.has_left()
    run.is_superseded = lambda: True
    assert visitor.has_left() == (superseded and not awaited)
    run.is_tab_closed = lambda: True
    assert visitor.has_left() == (closed and not awaited)


def test_a_closed_tab_leaves_the_line_within_a_part_of_a_film(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with waiting.run_to_end():
        visitor = waiting.Visitor("session")
    ends: list[str] = []
    monkeypatch.setattr(compat, "end_superseded_run", lambda: ends.append("end"))
    visitor.on_wait(3)
    assert ends == []
    visitor._run = SimpleNamespace(is_tab_closed=lambda: True)
    visitor.on_wait(3)
    assert ends == ["end"]


def _waits_in_a_cached_function() -> None:
    import streamlit as st

    from facemask_ui.visitors import waiting

    @st.cache_data
    def answer() -> int:
        waiting._show_message("The lab is busy: 1 visitor before you.")
        return 1

    waiting.reserve_place()
    answer()
    waiting.clear_place()


def test_a_message_in_a_cached_function_is_not_replayed() -> None:
    app = AppTest.from_function(_waits_in_a_cached_function, default_timeout=60).run()
    assert not app.exception
    assert _busy(app.run()) == []
    assert not app.exception


@pytest.mark.parametrize(
    ("name", "parts"), [("local", False), ("classroom", True), ("public", True)]
)
def test_a_long_batch_gives_way_where_others_may_wait(
    monkeypatch: pytest.MonkeyPatch, brightness: Classifier, name: str, parts: bool
) -> None:
    monkeypatch.setenv("FACEMASK_MODE", name)
    waiting.join_queue(brightness)
    assert (brightness.pace is not None) == parts


def test_a_visitor_stays_the_same_one_whatever_is_asked_for() -> None:
    with waiting.ask_for("fgsm"):
        with waiting.ask_for("pgd"):
            inner = waiting.Visitor("me")
        outer = waiting.Visitor("me")
    assert [inner.wish, outer.wish, waiting.Visitor("me").wish] == ["pgd", "fgsm", None]
    assert inner.key == outer.key == waiting.Visitor("me").key
