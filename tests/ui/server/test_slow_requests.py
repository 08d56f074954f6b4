"""A body that does not arrive is waited for as long as a slow line may need, and no longer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from facemask_ui.server import slow_requests
from facemask_ui.server.slow_requests import SlowRequests


def _request(pieces: Iterator[tuple[float, bytes, bool]], *, first: bool = False) -> list[Any]:
    """What a client gets that sends pieces of a body: seconds before it, content, whether more."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        seconds, body, more = next(pieces)
        await asyncio.sleep(seconds)
        return {"type": "http.request", "body": body, "more_body": more}

    async def send(event: Any) -> None:
        sent.append(event.get("status") or event.get("body"))
        sent.extend(["closes"] * ((b"connection", b"close") in event.get("headers", ())))

    async def app(_scope: Any, receive: Any, send: Any) -> None:
        if first:
            await send({"type": "http.response.start", "status": 200})
        length, more = 0, True
        while more:
            event = await receive()
            length, more = length + len(event["body"]), event["more_body"]
        await receive()  # as servers wait for a client to leave
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": str(length).encode()})

    asyncio.run(SlowRequests(app)({"type": "http"}, receive, send))
    return sent


@pytest.fixture(autouse=True)
def little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slow_requests, "PATIENCE", 0.3)
    monkeypatch.setattr(slow_requests, "SLOWEST", 1000)


def test_a_body_that_comes_is_passed_on_and_its_answer_may_take_long() -> None:
    pieces = [(0, b"ab", True), (0.05, b"c", False), (0.5, b"", False)]
    assert _request(iter(pieces)) == [200, b"3"]


def test_a_long_body_has_the_time_that_it_needs() -> None:
    pieces = [(0.1, bytes(300), True)] * 5 + [(0, b"", False), (0, b"", False)]
    assert _request(iter(pieces)) == [200, b"1500"]


@pytest.mark.parametrize(
    "pieces",
    [[(0, b"a", True), (9, b"b", False)], [(0.03, b"a", True)] * 100],
    ids=["stops", "trickles"],
)
def test_a_body_that_stops_or_trickles_is_refused(pieces: list[tuple[float, bytes, bool]]) -> None:
    assert _request(iter(pieces)) == [408, "closes", b"Too slow\n"]


def test_an_answer_that_has_begun_is_broken_off() -> None:
    assert _request(iter([(9, b"", False)]), first=True) == [200]
