"""What an operator asks the server for: readiness, figures, a quiet stop."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from prometheus_client import CollectorRegistry, generate_latest

from benchmarks.served import Server
from facemask_core.errors import FaceError, ImageError, ModeError
from facemask_core.jobs import Queue, supervisor
from facemask_core.pictures.pixel_budget import ON_WAIT, OWNER, Owner
from facemask_ui import compat
from facemask_ui.base import messages, page_runs, under_way
from facemask_ui.base.tally import TALLY
from facemask_ui.choices import models
from facemask_ui.page import start
from facemask_ui.reports import server
from facemask_ui.server import drain, metrics, readiness


@pytest.fixture(autouse=True)
def open_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(under_way, "_stopping", threading.Event())


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> readiness.Readiness:
    monkeypatch.setattr(readiness, "_FRESH_SECONDS", 0.0)
    start.begin_import().result()
    monkeypatch.setattr(models, "load", lambda _name: None)
    monkeypatch.setattr(server, "start_supervisor", lambda: SimpleNamespace(problem=None, deaths=2))
    return readiness.Readiness()


def wait_until_loaded(state: readiness.Readiness) -> dict[str, bool]:
    end = time.monotonic() + 60
    while not (parts := state.read_parts())["models"] and time.monotonic() < end:
        time.sleep(0.02)
    return parts


def test_a_server_is_ready_once_a_model_is_loaded(
    fresh: readiness.Readiness, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = threading.Event()
    monkeypatch.setattr(models, "load", lambda _name: hold.wait(60))
    assert not fresh.read_parts()["models"]
    hold.set()
    assert wait_until_loaded(fresh) == {"models": True, "store": True, "worker": True, "open": True}


def test_a_model_that_cannot_be_loaded_is_tried_again(
    fresh: readiness.Readiness, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[str] = []

    def load(name: str) -> None:
        tries.append(name)
        if len(tries) == 1:
            raise OSError

    monkeypatch.setattr(models, "load", load)
    assert wait_until_loaded(fresh)["models"]
    assert len(tries) == 2


def test_a_store_that_cannot_be_written_and_a_worker_that_keeps_failing_are_told(
    fresh: readiness.Readiness, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("FACEMASK_HOME", str(tmp_path / "file" / "home"))
    monkeypatch.setattr(server, "start_supervisor", lambda: SimpleNamespace(problem="it fails"))
    parts = fresh.read_parts()
    assert not parts["store"]
    assert not parts["worker"]


def test_the_address_answers_200_or_503_and_the_parts(
    fresh: readiness.Readiness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "_READINESS", fresh)
    wait_until_loaded(fresh)
    reply = readiness.answer(None)  # type: ignore[arg-type]
    assert reply.status_code == 200
    under_way.begin_stop()
    reply = readiness.answer(None)  # type: ignore[arg-type]
    assert reply.status_code == 503
    body = json.loads(bytes(reply.body))
    assert body["ready"] is body["open"] is False
    assert body["store"] is True
    assert reply.headers["cache-control"] == "no-store", "an old answer would hide a change"


def test_a_stop_waits_for_the_page_runs_and_a_second_one_does_not() -> None:
    ends: list[int] = []
    handle = drain._make_handler(lambda number, _frame: ends.append(number))
    with under_way.page_run():
        handle(signal.SIGTERM, None)
        time.sleep(0.1)
        assert under_way.is_stopping()
        assert not ends
        handle(signal.SIGTERM, None)
        assert ends == [signal.SIGTERM]
    end = time.monotonic() + 10
    while len(ends) < 2 and time.monotonic() < end:
        time.sleep(0.01)
    assert len(ends) == 2


@pytest.mark.parametrize("everything", ["1", ""])
def test_the_worker_is_told_at_once_where_everything_ends_with_the_server(
    monkeypatch: pytest.MonkeyPatch, everything: str
) -> None:
    monkeypatch.setenv(supervisor.STOP_VARIABLE, everything)
    over, stopped = threading.Event(), threading.Event()
    monkeypatch.setattr(server, "start_supervisor", lambda: SimpleNamespace(stop=stopped.set))
    with under_way.page_run():
        drain._make_handler(lambda *_: over.set())(signal.SIGTERM, None)
        assert stopped.wait(5 if everything else 0.05) is bool(everything)
        assert not over.is_set()
    assert over.wait(10)


def test_a_stop_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(drain.VARIABLE, "0")
    over = threading.Event()
    handle = drain._make_handler(lambda *_: over.set())
    with under_way.page_run():
        handle(signal.SIGTERM, None)
        assert over.wait(10)


def read_figures() -> dict[str, float]:
    registry = CollectorRegistry()
    registry.register(metrics.LabCollector())
    text = generate_latest(registry).decode()
    rows = [row.rsplit(" ", 1) for row in text.splitlines() if not row.startswith("#")]
    return {name: float(value) for name, value in rows}


@pytest.mark.usefixtures("fresh")
def test_figures_tell_of_the_queue_and_what_was_counted(order: Any) -> None:
    before = read_figures()
    assert before["facemask_reports_waiting"] == 0
    assert before["facemask_worker_deaths_total"] == 2
    Queue().add("owner", [order])
    TALLY.count_wait(2.5)
    messages.show_error(ImageError("This file is no picture."))
    messages.show_error(FaceError("There is no face."))
    after = read_figures()
    assert after["facemask_reports_waiting"] == 1
    assert 0 <= after["facemask_reports_oldest_seconds"] < 60
    assert after["facemask_wait_seconds_sum"] - before["facemask_wait_seconds_sum"] == 2.5
    refused = "facemask_refused_pictures_total"
    assert after[refused] - before[refused] == 1


@pytest.fixture
def order() -> Any:
    from queued import order

    return order("folder")


@pytest.mark.parametrize("port", ["many", "-1", "70000"])
def test_a_port_that_is_none_is_one_sentence(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv(metrics.VARIABLE, port)
    with pytest.raises(ModeError, match="free port"):
        metrics.serve_metrics()


def ask(address: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(address, timeout=10) as reply:  # noqa: S310  (our own)
            return int(reply.status), reply.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.mark.slow
def test_a_real_server_becomes_ready_shows_figures_and_ends_soon_after_a_signal(
    tmp_path: Path,
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    lab = Server(tmp_path, FACEMASK_LOG="json", FACEMASK_METRICS_PORT=str(port))
    try:
        codes = [ask(lab.address + readiness.PATH)[0]]
        end = time.monotonic() + 120
        while codes[-1] != 200 and time.monotonic() < end:
            time.sleep(0.3)
            codes.append(ask(lab.address + readiness.PATH)[0])
        assert set(codes) == {503, 200}
        _, figures = ask(f"http://127.0.0.1:{port}/metrics")
        assert "process_resident_memory_bytes" in figures
        assert "facemask_reports_waiting 0.0" in figures
        code, page = ask(lab.address + "/metrics")
        assert (code, "facemask_reports" in page) in {(200, False), (404, False)}
        os.kill(lab.process.pid, signal.SIGTERM)
        assert lab.process.wait(15) in {0, -signal.SIGTERM}
    finally:
        lab.stop()


def test_a_part_that_runs_by_itself_counts_and_does_not_begin_before_a_stop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Polls of a report and stills of the live camera run without the rest of their page."""
    monkeypatch.setattr(st, "fragment", lambda draw, **_: draw)
    seen: list[tuple[int, object]] = []
    ends: list[str] = []
    monkeypatch.setattr(compat, "end_superseded_run", lambda: ends.append("of a wait"))
    draw = page_runs.draw_apart(lambda: seen.append((under_way.count_runs(), OWNER.get())))
    monkeypatch.setattr(compat, "read_session_id", lambda: "session 7")
    draw()
    assert seen == [(1, Owner("session 7", "session 7"))]
    with page_runs.begin_run():
        ON_WAIT.get()()
    ON_WAIT.get()()
    assert ends == ["of a wait"]
    assert (under_way.count_runs(), OWNER.get()) == (0, None)
    with page_runs.begin_run():
        draw()  # within its page's run, which ends as a whole
        under_way.begin_stop()
        draw()
    assert [count for count, _ in seen] == [1, 1, 1]
    monkeypatch.setattr(st, "stop", lambda: (_ for _ in ()).throw(InterruptedError))
    with pytest.raises(InterruptedError):
        draw()
    assert len(seen) == 3
