"""Uploads: only what a page asked for, only so much of it, and nothing kept of what is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
import streamlit as st
from asgi_exchange import Exchange, body, scope
from starlette.applications import Starlette
from starlette.formparsers import MultiPartParser
from streamlit import runtime
from streamlit.web.server.starlette.starlette_routes import create_upload_routes

from facemask_core import paths
from facemask_ui.base import mode
from facemask_ui.compat import keep_uploads_in_memory
from facemask_ui.server import compat, uploads
from facemask_ui.server.client_address import ClientAddress
from facemask_ui.server.uploads import UploadLedger, UploadLimits

MIB = 2**20
EDGE = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
END = b"\r\n--edge--\r\n"


class Lab:
    """Streamlit's own upload routes behind the limits, with sessions as there are tabs."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        app = st.App(str(paths.APP))
        app._runtime = app._create_runtime()
        self.runtime: Any = runtime.get_instance()
        self.manager: Any = self.runtime.uploaded_file_mgr
        self.sessions = {"tab", "other"}
        monkeypatch.setattr(compat, "list_sessions", lambda: set(self.sessions))
        monkeypatch.setattr(self.runtime, "is_active_session", lambda it: it in self.sessions)
        self.ledger = UploadLedger()
        self.ledger.watch(compat.UploadStore())
        routes = create_upload_routes(self.runtime, self.manager, "")
        self.app = ClientAddress(UploadLimits(Starlette(routes=routes), ledger=self.ledger))

    def ask(self, session: str = "tab") -> str:
        """Asks where a file may be sent, as a page does."""
        return str(self.manager.get_upload_urls(session, ["a.png"])[0].upload_url)

    def put(
        self, path: str, size: int, *, said: int | None = None, address: str = "192.0.2.1"
    ) -> Exchange:
        """Sends a file of some size; its length is said or not."""
        return asyncio.run(self.sending(path, size, said=said, address=address))

    async def sending(
        self, path: str, size: int, *, said: int | None = None, address: str = "192.0.2.1"
    ) -> Exchange:
        part = bytes(MIB)
        whole = [EDGE, *(part[: size - at] for at in range(0, size, MIB)), END]
        exchange = Exchange(*body(whole))
        headers = {"content_type": "multipart/form-data; boundary=edge"}
        if said is not None:
            headers["content_length"] = str(said)
        request = scope("http", address, path=path, method="PUT", **headers)
        await self.app(request, exchange.receive, exchange.send)
        return exchange

    @property
    def held(self) -> int:
        held = compat.UploadStore().measure()
        return sum(sum(files.values()) for files in held.values())


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    for name, value in (
        (mode.VARIABLE, "public"),
        (mode.UPLOADS_VARIABLE, "6"),
        (mode.UPLOADS_EACH_VARIABLE, "4"),
    ):
        monkeypatch.setenv(name, value)
    limits = mode.read_mode()
    monkeypatch.setattr(uploads, "_read_limits", lambda: _with_session_limit(limits, 3))
    option = st.get_option
    monkeypatch.setattr(
        st, "get_option", lambda name: 2 if name == "server.maxUploadSize" else option(name)
    )
    xsrf = "streamlit.web.server.starlette.starlette_routes.is_xsrf_enabled"
    monkeypatch.setattr(xsrf, lambda: False)
    keep_uploads_in_memory()
    yield Lab(monkeypatch)
    runtime.Runtime._instance = None


def _with_session_limit(limits: mode.Mode, most: int) -> mode.Mode:
    from dataclasses import replace

    return replace(limits, uploads_session=most)


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The files into which bytes were parsed."""
    seen: list[Any] = []
    before = MultiPartParser.on_headers_finished

    def on_headers_finished(self: Any) -> None:
        before(self)
        seen.extend(it for it in self._files_to_close_on_error if it not in seen)

    monkeypatch.setattr(MultiPartParser, "on_headers_finished", on_headers_finished)
    return seen


def test_what_a_page_asked_for_is_taken(lab: Lab) -> None:
    path = lab.ask()
    assert lab.put(path, MIB).status == 204
    assert lab.held == MIB
    assert lab.put(path, 2 * MIB).status == 204, "again, as after a lost connection"
    assert lab.held == 2 * MIB


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/upload_file/tab/00000000-0000-0000-0000-000000000000",
        "/_stcore/upload_file/tab/../tab/x",
        "/_stcore/upload_file/nobody/x",
        "/_stcore/upload_file//",
        "/_stcore/upload_file/tab/",
        "/base/_stcore/upload_file/tab/x",
    ],
)
def test_no_invented_id_is_taken(lab: Lab, parts: list[Any], path: str) -> None:
    refused = lab.put(path, MIB)
    assert (refused.status, refused.text) == (403, uploads.UNASKED)
    assert parts == [], "not a byte was looked at"
    assert len(refused.incoming) == 4


def test_an_id_of_another_tab_or_of_one_that_is_closed_is_invented(lab: Lab) -> None:
    file = lab.ask("other").rpartition("/")[2]
    assert lab.put(f"/_stcore/upload_file/tab/{file}", 1).status == 403
    path = lab.ask()
    lab.sessions.remove("tab")
    assert lab.put(path, 1).status == 403
    assert lab.held == 0


def test_ids_that_a_page_never_uses_are_forgotten(lab: Lab) -> None:
    first = lab.ask()
    for _ in range(100):
        last = lab.ask()
    assert lab.put(first, 1).status == 403
    assert lab.put(last, 1).status == 204


@pytest.mark.parametrize("said", [None, 3 * MIB, 1])
def test_a_file_that_is_too_large_is_refused_while_it_arrives(
    lab: Lab, parts: list[Any], said: int | None
) -> None:
    refused = lab.put(lab.ask(), 50 * MIB, said=said)
    assert (refused.status, refused.text) == (413, uploads.TOO_LARGE.format(most=2))
    assert len(refused.incoming) > 45, "the rest was never read"
    assert all(part.closed for part in parts)
    assert lab.held == 0
    assert lab.ledger._arriving == []


@pytest.mark.parametrize("said", [None, 2 * MIB])
def test_a_tab_has_so_many_bytes(lab: Lab, parts: list[Any], said: int | None) -> None:
    assert lab.put(lab.ask(), 2 * MIB, said=said).status == 204
    refused = lab.put(lab.ask(), 2 * MIB, said=said)
    assert (refused.status, refused.text) == (429, uploads.FULL_SESSION.format(most=3))
    assert all(part.closed for part in parts)
    assert lab.held == 2 * MIB
    lab.manager.remove_session_files("tab")
    assert lab.put(lab.ask(), 2 * MIB, said=said).status == 204, "room that is free is free at once"


def test_an_address_has_so_many_bytes_whatever_its_number_of_tabs(lab: Lab) -> None:
    lab.sessions |= {str(number) for number in range(12)}
    answers = [lab.put(lab.ask(str(number)), MIB) for number in range(12)]
    assert [it.status for it in answers] == [204] * 4 + [429] * 8
    assert answers[-1].text == uploads.FULL_ADDRESS.format(most=4)
    assert lab.put(lab.ask("other"), MIB, address="192.0.2.2").status == 204
    assert lab.held == 5 * MIB


def test_the_server_has_so_many_bytes_whatever_the_number_of_addresses(lab: Lab) -> None:
    lab.sessions |= {str(number) for number in range(12)}
    answers = [
        lab.put(lab.ask(str(number)), MIB, address=f"192.0.2.{number}") for number in range(12)
    ]
    assert [it.status for it in answers] == [204] * 6 + [503] * 6
    assert answers[-1].text == uploads.FULL


def test_bytes_that_are_arriving_count(lab: Lab) -> None:
    """Twelve at once, none of which is there before all have begun."""

    async def together() -> list[Exchange]:
        paths = [lab.ask(str(number)) for number in range(12)]
        return await asyncio.gather(*(lab.sending(path, 2 * MIB) for path in paths))

    lab.sessions |= {str(number) for number in range(12)}
    answers = asyncio.run(together())
    taken = [it for it in answers if it.status == 204]
    assert len(taken) <= 2
    assert all(it.status in {204, 429, 503} for it in answers)
    assert lab.held <= 4 * MIB
    assert lab.ledger._arriving == []


def test_a_connection_that_breaks_leaves_nothing(lab: Lab, parts: list[Any]) -> None:
    async def breaking(path: str) -> None:
        exchange = Exchange(
            {"type": "http.request", "body": EDGE + bytes(MIB), "more_body": True},
            {"type": "http.disconnect"},
        )
        headers = {"content_type": "multipart/form-data; boundary=edge"}
        request = scope("http", path=path, method="PUT", **headers)
        with pytest.raises(Exception):  # noqa: B017, PT011  (the server's own, whatever it is)
            await lab.app(request, exchange.receive, exchange.send)

    asyncio.run(breaking(lab.ask()))
    assert all(part.closed for part in parts)
    assert lab.ledger._arriving == []
    assert lab.held == 0


def test_an_upload_that_ends_after_its_tab_is_not_kept(lab: Lab) -> None:
    async def closing(path: str) -> Exchange:
        exchange = Exchange(*body([EDGE, bytes(MIB), END]))
        receive = exchange.receive

        async def closed() -> Any:
            lab.sessions.discard("tab")
            return await receive()

        headers = {"content_type": "multipart/form-data; boundary=edge"}
        request = scope("http", path=path, method="PUT", **headers)
        await lab.app(request, closed, exchange.send)
        return exchange

    asyncio.run(closing(lab.ask()))
    assert lab.held == 0


def test_deleting_stays_as_it_was(lab: Lab) -> None:
    path = lab.ask()
    lab.put(path, MIB)
    exchange = Exchange()
    request = scope("http", path=path, method="DELETE")
    asyncio.run(lab.app(request, exchange.receive, exchange.send))
    assert exchange.status == 204
    assert lab.held == 0


@pytest.mark.parametrize("name", ["public", "classroom"])
def test_a_whole_dataset_and_a_class_of_pictures_fit(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """200 MB is the largest upload; pictures of telephones have 3 to 8 MB."""
    monkeypatch.setenv(mode.VARIABLE, name)
    limits = mode.read_mode()
    assert limits.uploads_session is not None
    assert limits.uploads_session > 200
    assert limits.uploads_each is None or limits.uploads_each >= 40 * 8
    assert limits.uploads is not None
    assert limits.uploads >= 40 * 8
