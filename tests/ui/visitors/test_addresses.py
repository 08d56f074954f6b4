"""In the mode public a visitor shares with those of one address; in a class, with everybody."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
import streamlit as st

from facemask_ui import compat
from facemask_ui.base import mode
from facemask_ui.visitors import waiting


class Context:
    """What Streamlit says of a session's connection."""

    ip_address: str | None = None


@pytest.fixture
def context(monkeypatch: pytest.MonkeyPatch) -> Context:
    here = Context()
    monkeypatch.setattr(st, "context", here)
    monkeypatch.setattr(waiting, "_ADDRESSES", type(waiting._ADDRESSES)())
    return here


def test_sessions_of_one_address_share_in_public(
    monkeypatch: pytest.MonkeyPatch, context: Context
) -> None:
    monkeypatch.setenv(mode.VARIABLE, "public")
    context.ip_address = "2001:db8::1"
    first = waiting.Visitor("first")
    context.ip_address = "2001:db8::2"
    second = waiting.Visitor("second")
    context.ip_address = "192.0.2.1"
    third = waiting.Visitor("third")
    assert first.group == second.group != third.group
    assert first.key != second.key


@pytest.mark.parametrize("name", ["local", "classroom"])
def test_elsewhere_only_sessions_count(
    monkeypatch: pytest.MonkeyPatch, context: Context, name: str
) -> None:
    monkeypatch.setenv(mode.VARIABLE, name)
    context.ip_address = "192.0.2.1"
    assert waiting.Visitor("first").group is None


def test_what_is_computed_to_its_end_for_a_closed_tab_is_charged_to_its_address(
    monkeypatch: pytest.MonkeyPatch, context: Context
) -> None:
    monkeypatch.setenv(mode.VARIABLE, "public")
    context.ip_address = "192.0.2.1"
    before = waiting.Visitor("session").group
    context.ip_address = None
    assert waiting.Visitor("session").group == before
    assert waiting.Visitor("of this machine").group == "127.0.0.1"


def test_few_addresses_are_remembered(monkeypatch: pytest.MonkeyPatch, context: Context) -> None:
    monkeypatch.setenv(mode.VARIABLE, "public")
    monkeypatch.setattr(waiting, "_MOST_ADDRESSES", 3)
    context.ip_address = "192.0.2.1"
    for number in range(9):
        waiting.Visitor(str(number))
    assert list(waiting._ADDRESSES) == ["6", "7", "8"]


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.usefixtures("context")
def test_who_waits_for_anothers_answer_lends_it_a_place_and_the_rest_of_the_allowance(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(mode.VARIABLE, "public")
    here = threading.local()
    monkeypatch.setattr(compat, "read_session_id", lambda: here.session)
    monkeypatch.setattr(compat, "end_superseded_run", lambda: None)
    monkeypatch.setattr(waiting, "_show_message", lambda _text: None)
    monkeypatch.setattr(waiting, "_ALLOWANCES", waiting.Allowances())
    lock, finished = threading.Lock(), threading.Event()

    def compute() -> None:
        here.session = "computes"
        with waiting.hold_lock(lock):
            waiting.Visitor("computes").on_finish(10_000.0)
            waiting.Visitor("computes").wait_for_allowance()
            assert finished.wait(20)

    def wait() -> None:
        here.session = "waits"
        with waiting.hold_lock(lock):
            pass

    first = threading.Thread(target=compute)
    first.start()
    _until(lambda: waiting._HOLDERS.get(lock) == "computes")
    second = threading.Thread(target=wait)
    second.start()
    _until(lambda: waiting._QUEUE.is_awaited(waiting.Visitor("computes")))
    finished.set()
    first.join(20)
    second.join(20)
    assert not first.is_alive()
    assert not second.is_alive()
    assert not waiting._HOLDERS
    assert not waiting._QUEUE._loans
