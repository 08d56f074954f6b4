"""What the server answers to, below what a page shows."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

import pytest


@pytest.mark.parametrize(
    ("host", "status"), [("127.0.0.1", 101), ("localhost", 101), ("evil.example", 403)]
)
@pytest.mark.journey
def test_a_page_elsewhere_cannot_reach_the_lab_under_its_own_name(
    server: str, host: str, status: int
) -> None:
    """DNS rebinding: the browser asks this machine, and says another's name."""
    address = urlsplit(server)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=20)
    connection.request(
        "GET",
        "/_stcore/stream",
        headers={
            "Host": f"{host}:{address.port}",
            "Origin": f"http://{host}:{address.port}",
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        },
    )
    assert connection.getresponse().status == status
    connection.close()
