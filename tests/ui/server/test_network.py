"""Private interfaces about connections are still as the lab needs them, and still needed."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from streamlit import net_util
from streamlit.web.server.server_util import is_url_from_allowed_origins
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from benchmarks.served import Server
from facemask_ui.server import network

_LINE = b"GET / HTTP/1.1\r\nHost: localhost\r\n"


def test_a_foreign_origin_makes_streamlit_ask_for_addresses_and_no_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []
    for name in ("get_external_ip", "get_internal_ip"):
        monkeypatch.setattr(net_util, name, lambda name=name: asked.append(name))
    assert not is_url_from_allowed_origins("http://evil.example")
    assert sorted(asked) == ["get_external_ip", "get_internal_ip"]
    network.stay_offline()
    assert not is_url_from_allowed_origins("http://evil.example")
    assert len(asked) == 2


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("connection_made", "on_response_complete"):
        monkeypatch.setattr(AutoHTTPProtocol, name, getattr(AutoHTTPProtocol, name))
    network.end_half_sent_requests(0.3)
    network.end_half_sent_requests(0.0)  # a second time changes nothing


async def _answer(scope: Any, _receive: Any, send: Any) -> None:
    if scope["path"] == "/slow":
        await asyncio.sleep(1.5)
    headers = [(b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"ok"})


async def _talk(port: int, *pieces: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(0.05)
    try:
        return await asyncio.wait_for(reader.read(), 5)
    finally:
        writer.close()


@pytest.mark.usefixtures("patient")
def test_a_request_that_stops_half_way_is_ended_and_a_slow_answer_is_not() -> None:
    async def talk() -> list[bytes]:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            settings = uvicorn.Config(
                _answer, lifespan="off", log_level="critical", timeout_keep_alive=0
            )
            server = uvicorn.Server(settings)
            task = asyncio.create_task(server.serve([listener]))
            while not server.started:
                await asyncio.sleep(0.01)
            port = listener.getsockname()[1]
            answers = await asyncio.gather(
                _talk(port),
                _talk(port, b"GET / HT"),
                _talk(port, _LINE),
                _talk(port, _LINE + b"\r\n" + _LINE),
                _talk(port, _LINE.replace(b"/ ", b"/slow ", 1) + b"\r\n"),
            )
            server.should_exit = True
            await task
            return answers

    silent, word, line, second, slow = asyncio.run(asyncio.wait_for(talk(), 20))
    assert [silent, word, line] == [b"", b"", b""]
    assert second.count(b"200 OK") == 1
    assert slow.endswith(b"ok")


def test_no_server_of_a_test_reaches_another_machine(attempts: Path) -> None:
    """The control: an attempt fails in any program that gets a server's variables, and is seen."""
    program = "import socket; socket.create_connection(('192.0.2.1', 80), 1)"
    command = [sys.executable, "-c", program]
    ended = subprocess.run(
        command, env=os.environ | Server.environment, capture_output=True, check=False
    )
    assert b"unreachable" in ended.stderr
    assert "192.0.2.1" in attempts.read_text(encoding="utf-8")
    attempts.write_text("", encoding="utf-8")
