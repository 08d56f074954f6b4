"""Streamlit's private interfaces are still as the lab needs them, and still needed."""

from __future__ import annotations

import asyncio
import logging
import tempfile
import threading
from pathlib import Path

import pytest
import streamlit as st
from screen import Open
from starlette.formparsers import MultiPartParser
from starlette.requests import Request
from streamlit.testing.v1 import AppTest

from facemask_core.backend import keras
from facemask_ui import compat


def _parse(body: bytes) -> bytes:
    async def receive() -> dict:
        return {"type": "http.request", "body": body, "more_body": False}

    async def form() -> bytes:
        headers = [(b"content-type", b"multipart/form-data; boundary=edge")]
        request = Request({"type": "http", "method": "PUT", "headers": headers}, receive)
        async with request.form() as parts:
            return await parts["file"].read()

    return asyncio.run(form())


@pytest.mark.parametrize("megabytes", [2, 21])
def test_a_large_upload_stays_in_memory(
    megabytes: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """There is nowhere to write, so a file moved to disk would raise."""
    content = bytes(megabytes * 2**20)
    disposition = b'Content-Disposition: form-data; name="file"; filename="face.png"'
    body = b"--edge\r\n" + disposition + b"\r\n\r\n" + content + b"\r\n--edge--\r\n"
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    monkeypatch.setattr(MultiPartParser, "spool_max_size", 2**20)
    with pytest.raises(FileNotFoundError):
        _parse(body)
    compat.keep_uploads_in_memory()
    assert _parse(body) == content


def test_streamlit_clears_keras_after_every_run(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_page("Learn")
    calls: list[str] = []
    monkeypatch.setattr(keras.backend, "clear_session", lambda: calls.append("cleared"))
    AppTest.from_string("pass").run()
    assert calls == ["cleared"]


@pytest.mark.usefixtures("light_models")
def test_a_run_leaves_the_state_of_keras_alone(open_page: Open) -> None:
    first = keras.layers.Dense(1).name  # clearing restarts the names of layers
    open_page("Inspect")
    assert keras.layers.Dense(1).name not in {first, "dense"}


def _writes_its_session(ids: list[str | None]) -> None:
    from facemask_ui import compat

    ids.append(compat.read_session_id())


def test_a_session_has_an_id_and_a_thread_without_a_page_has_none() -> None:
    ids: list[str | None] = []
    app = AppTest.from_function(_writes_its_session, kwargs={"ids": ids}).run()
    app.run()
    assert not app.exception
    assert isinstance(ids[0], str)
    assert ids[0] == ids[1]
    assert compat.read_session_id() is None


def _is_superseded(reached: list[str]) -> None:
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    from facemask_ui import compat

    compat.end_superseded_run()
    reached.append("before")
    get_script_run_ctx().script_requests.request_stop()
    compat.end_superseded_run()
    reached.append("after")


def test_a_superseded_run_ends() -> None:
    reached: list[str] = []
    AppTest.from_function(_is_superseded, kwargs={"reached": reached}).run()
    assert reached == ["before"]


def _asks_about_its_run(answers: list[bool]) -> None:
    from streamlit import runtime
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    from facemask_ui import compat

    run = compat.PageRun()
    answers.append(run.is_superseded())
    get_script_run_ctx().script_requests.request_stop()
    answers.append(run.is_superseded())
    tabs = runtime.get_instance().is_active_session
    for is_open in (True, False):
        tabs.return_value = is_open
        answers.append(run.is_tab_closed())


def test_any_thread_can_tell_whether_a_run_is_superseded_or_its_tab_closed() -> None:
    answers: list[bool] = []
    AppTest.from_function(_asks_about_its_run, kwargs={"answers": answers}).run()
    assert answers == [False, True, False, True]
    run = compat.PageRun()
    assert not run.is_superseded()
    assert not run.is_tab_closed()


def _draws_in_a_cached_function() -> None:
    import streamlit as st

    from facemask_ui import compat

    @st.cache_data
    def answer() -> int:
        st.info("recorded")
        compat.draw_unrecorded(lambda: st.info("unrecorded"))
        return 1

    answer()


def test_what_is_drawn_unrecorded_does_not_come_back_with_a_cached_value() -> None:
    app = AppTest.from_function(_draws_in_a_cached_function).run()
    assert [info.value for info in app.info] == ["recorded", "unrecorded"]
    assert [info.value for info in app.run().info] == ["recorded"]
    assert not app.exception


def test_a_thread_without_a_page_does_not_fill_the_terminal(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def look() -> bool:
        caplog.clear()
        thread = threading.Thread(target=lambda: st.session_state.get("nothing"))
        thread.start()
        thread.join()
        return "ScriptRunContext" in caplog.text

    name = "streamlit.runtime.scriptrunner_utils.script_run_context"
    logger = logging.getLogger(name)
    before, propagates = [*logger.filters], logger.propagate
    logger.propagate = True
    try:
        assert look()
        compat.hide_missing_sessions()
        assert not look()
    finally:
        logger.filters, logger.propagate = before, propagates
