"""Streamlit's and uvicorn's private interfaces are still as the server needs them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import streamlit as st
from asgi_exchange import Exchange, scope
from streamlit import runtime
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.scriptrunner import script_runner
from streamlit.runtime.scriptrunner_utils import script_run_context
from streamlit.runtime.session_manager import SessionStorage
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from facemask_ui.server import closed_tabs, compat
from facemask_ui.server.client_address import ClientAddress


@pytest.fixture(scope="module")
def server() -> Iterator[st.App]:
    """The lab's server before its start, and none of it afterwards."""
    from facemask_core import paths

    app = st.App(str(paths.APP))
    app._runtime = app._create_runtime()
    yield app
    runtime.Runtime._instance = None


@pytest.fixture
def original() -> Iterator[None]:
    before = ProxyHeadersMiddleware.__call__
    yield
    ProxyHeadersMiddleware.__call__ = before


def _address(**headers: str) -> str:
    """The address of a request as it comes through uvicorn."""
    seen: list[str] = []

    async def answer(scope: Any, _receive: Any, _send: Any) -> None:
        seen.append(scope["client"][0])

    exchange = Exchange()
    chain = ProxyHeadersMiddleware(ClientAddress(answer), trusted_hosts="127.0.0.1,::1")
    request = scope("http", "127.0.0.1", **headers)
    asyncio.run(chain(request, exchange.receive, exchange.send))
    return seen[0]


@pytest.mark.usefixtures("original")
def test_uvicorn_believes_a_header_of_this_machine_and_the_lab_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("FORWARDED_ALLOW_IPS", raising=False)
    if hasattr(ProxyHeadersMiddleware.__call__, "__wrapped__"):
        ProxyHeadersMiddleware.__call__ = ProxyHeadersMiddleware.__call__.__wrapped__
    assert _address(x_forwarded_for="198.51.100.7:1") == "198.51.100.7", "the reason for all this"
    compat.keep_peer_address()
    assert _address(x_forwarded_for="198.51.100.7:1") == "127.0.0.1"
    compat.keep_peer_address()  # a second time changes nothing
    assert _address(x_forwarded_for="198.51.100.7") == "127.0.0.1"
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "127.0.0.1")
    assert _address(x_forwarded_for="198.51.100.7") == "198.51.100.7", "the operator says so"


@pytest.mark.usefixtures("server")
def test_streamlit_has_one_storage_of_closed_tabs_that_can_be_replaced() -> None:
    manager: Any = runtime.get_instance()._session_mgr
    assert isinstance(manager._session_storage, MemorySessionStorage)
    needed = {name for name in vars(SessionStorage) if not name.startswith("_")}
    assert needed == {"get", "save", "delete", "list"}
    tabs = closed_tabs.ClosedTabs()
    compat.replace_storage(tabs)
    assert manager._session_storage is tabs
    assert compat.list_sessions() == set()


@pytest.mark.usefixtures("server")
def test_streamlit_refers_to_media_by_session() -> None:
    manager = runtime.get_instance().media_file_mgr
    manager._files_by_session_and_coord["over"] = {"1": "file"}
    assert compat.sweep_media({"here"}) is True
    assert compat.sweep_media({"here"}) is False


@pytest.mark.usefixtures("server")
def test_streamlit_removes_a_download_at_the_second_time(monkeypatch: pytest.MonkeyPatch) -> None:
    from streamlit.runtime import media_file_manager

    monkeypatch.setattr(media_file_manager, "_get_session_id", lambda: "visitor")
    manager = runtime.get_instance().media_file_mgr
    urls = [
        manager.add(b"a face", "image/png", "1"),
        manager.add(b"a file", "text/csv", "2", file_name="a.csv", is_for_static_download=True),
    ]
    assert all(url.startswith("/media/") for url in urls)
    storage: Any = manager._storage
    assert len(storage._files_by_id) == 2
    compat.sweep_media(set())
    compat.remove_unreferenced_media()
    assert [file.content for file in storage._files_by_id.values()] == [b"a file"]
    compat.remove_unreferenced_media()
    assert not storage._files_by_id


@pytest.mark.usefixtures("server")
def test_streamlit_gives_addresses_for_uploads_and_takes_files_there() -> None:
    from streamlit.runtime.uploaded_file_manager import UploadedFileRec

    manager: Any = runtime.get_instance().uploaded_file_mgr
    asked: list[tuple[str, list[str]]] = []
    store = compat.UploadStore()
    store.watch(lambda session, ids: asked.append((session, ids)), lambda it: it == "here")
    (info,) = manager.get_upload_urls("here", ["a.png"])
    assert asked == [("here", [info.file_id])]
    assert info.upload_url == f"/_stcore/upload_file/here/{info.file_id}"
    for session in ("here", "over"):
        record = UploadedFileRec(file_id="id", name="a.png", type="image/png", data=b"12345")
        manager.add_file(session_id=session, file=record)
    assert store.measure() == {"here": {"id": 5}}, "what came too late is dropped"
    store.remove("here")
    assert store.measure() == {}


def test_streamlit_runs_a_page_as_the_main_module_and_serves_what_is_called_app() -> None:
    """``app.py`` goes by this: in a run it is the home page, imported it is the server."""
    from pathlib import Path

    from streamlit.web.server.app_discovery import discover_asgi_app

    from facemask_core import paths

    assert 'new_module("__main__")' in Path(script_runner.__file__).read_text(encoding="utf-8")
    assert discover_asgi_app(paths.APP).import_string == "app:app"


def test_a_thread_without_a_page_writes_no_line(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(runtime, "exists", lambda: True)
    logger = logging.getLogger(script_run_context.__name__)
    before = logger.level
    try:
        for is_hushed in (False, True):
            if is_hushed:
                compat.hush_threads_without_a_page()
            caplog.clear()
            monkeypatch.setattr(logger, "propagate", True)
            script_run_context.get_script_run_ctx()
            said = [it for it in caplog.records if "ScriptRunContext" in it.getMessage()]
            assert bool(said) is not is_hushed
    finally:
        logger.setLevel(before)
