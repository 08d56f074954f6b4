"""Requests and websockets to a middleware, without a server."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]


def scope(
    kind: str = "websocket",
    address: str = "192.0.2.1",
    *,
    path: str = "/_stcore/stream",
    method: str = "GET",
    **headers: str,
) -> dict[str, Any]:
    """What a server says of a request before its body."""
    return {
        "type": kind,
        "path": path,
        "method": method,
        "client": (address, 4711),
        "headers": [
            (name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()
        ],
        "extensions": {"websocket.http.response": {}},
    }


class Exchange:
    """What is received and sent of one request."""

    def __init__(self, *incoming: Message) -> None:
        self.incoming = list(incoming)
        self.sent: list[Message] = []

    async def receive(self) -> Message:
        return self.incoming.pop(0)

    async def send(self, message: Message) -> None:
        self.sent.append(message)

    @property
    def status(self) -> int:
        return next((int(it["status"]) for it in self.sent if "status" in it), 0)

    @property
    def headers(self) -> dict[str, str]:
        pairs = next((it["headers"] for it in self.sent if "headers" in it), ())
        return {name.decode(): value.decode() for name, value in pairs}

    @property
    def content(self) -> bytes:
        return b"".join(it.get("body", b"") for it in self.sent)

    @property
    def text(self) -> str:
        return self.content.decode()


def body(chunks: Iterable[bytes]) -> list[Message]:
    """The messages of a request's body."""
    return [
        *({"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks),
        {"type": "http.request", "body": b"", "more_body": False},
    ]
