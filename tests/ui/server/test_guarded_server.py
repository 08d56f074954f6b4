"""A real server in the mode public that listens on every address: what it answers to strangers."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from offline_server import offline_server

OWN = "lab.school.example"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Its port; at its end, no request may have left the machine."""
    with offline_server(
        FACEMASK_MODE="public",
        STREAMLIT_SERVER_ADDRESS="0.0.0.0",  # noqa: S104  (as in the container)
        STREAMLIT_SERVER_ALLOWED_HOSTS=f"{OWN} *.hf.space",
    ) as lab:
        yield int(urlsplit(lab.address).port or 0)


def _ask(
    port: int, path: str, method: str = "GET", body: bytes | None = None, **headers: str
) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body, headers=named)
    answer = connection.getresponse()
    status, content = answer.status, b"" if answer.status == 101 else answer.read()
    connection.close()
    return status, content


def _open_websocket(port: int, host: str, origin: str) -> int:
    return _ask(
        port,
        "/_stcore/stream",
        Host=host,
        Origin=origin,
        Connection="Upgrade",
        Upgrade="websocket",
        Sec_WebSocket_Version="13",
        Sec_WebSocket_Key="dGhlIHNhbXBsZSBub25jZQ==",
    )[0]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        (OWN, 200),
        (f"{OWN}:8501", 200),
        ("a-b.hf.space", 200),
        ("127.0.0.1:8501", 200),  # the container's own look at its health
        ("[::1]:8501", 200),
        ("LOCALHOST", 200),
        ("evil.example", 403),
        ("evil.example:8501", 403),
        (f"{OWN}.evil.example", 403),
        ("localhost.evil.example", 403),
        ("localhost@evil.example", 403),
        ("127.0.0.1.evil.example", 403),
        ("hf.space.evil.example", 403),
    ],
)
@pytest.mark.parametrize("path", ["/", "/Attack", "/_stcore/health", "/_stcore/host-config"])
def test_a_page_elsewhere_cannot_read_the_lab_under_its_own_name(
    port: int, host: str, status: int, path: str
) -> None:
    if status == 200 and path == "/Attack":
        assert _ask(port, path, Host=host)[0] in {200, 307}
    else:
        assert _ask(port, path, Host=host)[0] == status


def test_a_refusal_says_what_whoever_runs_the_lab_can_do(port: int) -> None:
    assert b"--server.allowedHosts" in _ask(port, "/", Host="evil.example")[1]


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        (OWN, f"https://{OWN}", 101),
        ("127.0.0.1:8501", "http://127.0.0.1:8501", 101),
        ("[::1]:8501", "http://[::1]:8501", 101),
        (OWN, "https://evil.example", 403),
        (OWN, "null", 403),
        ("evil.example", "https://evil.example", 403),
    ],
)
def test_a_page_elsewhere_opens_no_websocket_and_nobody_waits_for_its_refusal(
    port: int, host: str, origin: str, status: int
) -> None:
    begin = time.monotonic()
    assert _open_websocket(port, host, origin) == status
    assert time.monotonic() - begin < 5


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/metrics",
        "/_stcore/metrics?families=session_events",
        "/_stcore/%6detrics",
        "/_stcore/script-health-check",
        "/_stcore/agent/openapi.json",
        "/_stcore/agent/mcp",
        "/_stcore/anything",
        "/Attack/_stcore/metrics",
        "/auth/login",
        "/oauth2callback",
    ],
)
def test_there_is_nothing_for_developers(port: int, path: str) -> None:
    assert _ask(port, path)[0] == 404


def test_no_page_around_the_lab_may_command_it(port: int) -> None:
    status, content = _ask(port, "/_stcore/host-config")
    assert status == 200
    assert json.loads(content)["allowedOrigins"] == []


@pytest.mark.parametrize(
    ("origin", "refused"),
    [(f"https://{OWN}", False), ("https://evil.example", True), ("", True), ("null", True)],
)
def test_an_upload_in_another_sites_frame_needs_no_cookie_and_a_forged_one_does(
    port: int, origin: str, refused: bool
) -> None:
    """Nobody has asked for this address, so an upload that is let through still ends at it."""
    status, content = _ask(
        port, "/_stcore/upload_file/session/file", "DELETE", Host=OWN, Origin=origin
    )
    assert (status == 403 and b"XSRF" in content) == refused
