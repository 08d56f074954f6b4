"""One tab too many is refused before a page's run begins, with one sentence."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from asgi_exchange import Exchange, scope

from facemask_ui.base import mode
from facemask_ui.server.client_address import ClientAddress
from facemask_ui.server.visitor_limit import FULL, FULL_ADDRESS, VisitorLimit

HTML = "text/html,application/xhtml+xml"


class Lab:
    """The limit before an application that keeps websockets open until they are to close."""

    def __init__(self) -> None:
        self.runs = 0
        self.closing = asyncio.Event()
        self.app = ClientAddress(VisitorLimit(self._answer))
        self._tasks: list[asyncio.Task[None]] = []

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        self.runs += 1
        if scope["type"] == "websocket":
            await self.closing.wait()
        else:
            await send({"type": "http.response.start", "status": 200})

    async def ask(self, **wanted: Any) -> Exchange:
        """Sends a request or opens a websocket; returns once it waits or is over."""
        exchange = Exchange({"type": "websocket.connect"})
        task = asyncio.create_task(self.app(scope(**wanted), exchange.receive, exchange.send))
        self._tasks.append(task)
        for _ in range(5):
            await asyncio.sleep(0)
        return exchange

    async def close_all(self) -> None:
        self.closing.set()
        await asyncio.gather(*self._tasks)
        self.closing.clear()


def _run(journey: Callable[[Lab], Awaitable[None]]) -> None:
    async def run() -> None:
        await journey(Lab())

    asyncio.run(run())


@pytest.fixture
def public(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(mode.VARIABLE, "public")


@pytest.mark.usefixtures("public")
def test_a_class_of_forty_with_tabs_to_spare_fits_one_address() -> None:
    async def journey(lab: Lab) -> None:
        for _ in range(60):
            assert not (await lab.ask()).sent
        assert lab.runs == 60
        refused = await lab.ask()
        assert (refused.status, refused.text) == (429, FULL_ADDRESS.format(most=60))
        assert refused.sent[0]["type"] == "websocket.http.response.start"
        assert refused.headers["retry-after"] == "60"
        assert lab.runs == 60, "no run began"
        assert not (await lab.ask(address="192.0.2.2")).sent, "nobody else is refused"
        await lab.close_all()
        assert not (await lab.ask()).sent, "who has closed a tab may open another"
        await lab.close_all()

    _run(journey)


@pytest.mark.usefixtures("public")
def test_the_whole_server_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    async def journey(lab: Lab) -> None:
        for number in range(5):
            assert not (await lab.ask(address=f"192.0.2.{number}")).sent
        refused = await lab.ask(address="192.0.2.99")
        assert (refused.status, refused.text) == (503, FULL)
        await lab.close_all()

    monkeypatch.setenv(mode.VISITORS_VARIABLE, "5")
    _run(journey)


@pytest.mark.usefixtures("public")
def test_a_page_says_why_where_a_websocket_cannot(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def journey(lab: Lab) -> None:
        await lab.ask()
        page = await lab.ask(kind="http", path="/Attack", accept=HTML)
        assert (page.status, page.text) == (429, FULL_ADDRESS.format(most=1))
        assert page.headers["retry-after"] == "60", "a browser or a proxy may come back then"
        for part in ("/_stcore/health", "/static/index.js", "/media/face.png"):
            assert (await lab.ask(kind="http", path=part, accept="*/*")).status == 200
        await lab.close_all()
        assert (await lab.ask(kind="http", path="/Attack", accept=HTML)).status == 200

    monkeypatch.setenv(mode.VISITORS_EACH_VARIABLE, "1")
    _run(journey)


@pytest.mark.usefixtures("public")
def test_a_forged_header_is_no_other_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def journey(lab: Lab) -> None:
        for number in range(3):
            refused = await lab.ask(x_forwarded_for=f"198.51.100.{number}")
        assert refused.status == 429
        await lab.close_all()

    monkeypatch.setenv(mode.VISITORS_EACH_VARIABLE, "2")
    _run(journey)


@pytest.mark.usefixtures("public")
def test_an_ipv6_network_is_one_address(monkeypatch: pytest.MonkeyPatch) -> None:
    async def journey(lab: Lab) -> None:
        for number in range(3):
            refused = await lab.ask(address=f"2001:db8::{number}")
        assert refused.status == 429
        assert not (await lab.ask(address="2001:db8:0:1::")).sent
        await lab.close_all()

    monkeypatch.setenv(mode.VISITORS_EACH_VARIABLE, "2")
    _run(journey)


@pytest.mark.parametrize("name", ["local", "classroom", "privat"])
def test_in_a_classroom_a_whole_school_may_come_from_one_address(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    async def journey(lab: Lab) -> None:
        for _ in range(200):
            assert not (await lab.ask()).sent
        await lab.close_all()

    monkeypatch.setenv(mode.VARIABLE, name)
    _run(journey)


@pytest.mark.usefixtures("public")
def test_a_server_that_cannot_answer_a_websocket_closes_it_with_the_reason() -> None:
    async def journey() -> None:
        async def nothing(_scope: Any, _receive: Any, _send: Any) -> None: ...

        exchange = Exchange({"type": "websocket.connect"})
        asked = scope() | {"extensions": {}}
        limit = VisitorLimit(nothing)
        limit._open["192.0.2.1"] = 60
        await limit(asked, exchange.receive, exchange.send)
        (closed,) = exchange.sent
        assert closed["code"] == 1013
        assert closed["reason"] in FULL_ADDRESS.format(most=60)

    asyncio.run(journey())
