"""A visitor sees their place in the queue while they wait, and never again."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from screen import Open
from streamlit.testing.v1 import AppTest

from facemask_core import Classifier
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
