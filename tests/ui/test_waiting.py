"""A visitor's place in line is told while it lasts, and never again."""

from __future__ import annotations

import threading

import numpy as np
import pytest
import streamlit as st
from screen import Open
from streamlit.testing.v1 import AppTest

from facemask_core import Classifier
from facemask_ui import waiting


def _busy(app: AppTest) -> list[str]:
    return [info.value for info in app.info if "busy" in info.value]


def test_a_place_is_told_and_does_not_come_back_with_a_kept_answer(
    open_page: Open, brightness: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting.join(brightness)
    st.cache_data.clear()  # an answer that another test left behind would not be waited for
    told: list[str] = []
    say, opened = waiting._say, threading.Event()

    def heard(text: str) -> None:
        told.append(text)
        say(text)
        if len(told) > 2:
            opened.set()

    def work(arrays: list[np.ndarray]) -> list[np.ndarray]:
        assert opened.wait(60)
        return arrays

    monkeypatch.setattr(waiting, "_say", heard)
    other = threading.Thread(
        target=waiting._LINE.compute, args=("a model", "a batch", [np.zeros(1)], work)
    )
    other.start()
    app = open_page("Home")
    other.join(60)
    assert not app.exception
    assert told[0] == "The lab is busy: 1 visitor before you."
    assert told[-1] == "The lab is busy: it is your turn."
    assert _busy(app) == []
    assert _busy(app.run()) == [], "what waited is a cached function, whose messages are replayed"
