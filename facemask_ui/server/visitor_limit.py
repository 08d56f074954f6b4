"""Middleware that lets in as many open tabs as the server can serve, and no more from one address.

An open tab is a websocket. One too many is refused before a page's run begins for it, and so is the
page itself, which can show its visitor why.
"""

from __future__ import annotations

import re
from collections import Counter

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from facemask_core.errors import ModeError
from facemask_ui.base import mode
from facemask_ui.server.client_address import read_group

FULL = "The lab has as many visitors as this server can serve; try again in a few minutes."
FULL_ADDRESS = (
    "As many tabs of the lab are open at your network's address as one address may have ({most}); "
    "close one and load this page again."
)
_RETRY_SECONDS = "60"
_ROOM = re.compile(r"/(?:join|room)(?:/|$)")


class VisitorLimit:
    """Counts the websockets that are open, altogether and for each address."""

    def __init__(self, app: ASGIApp) -> None:
        """Begins with none.

        Args:
            app: The application behind.
        """
        self._app = app
        self._open: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a request or a websocket in, or refuses it with a sentence."""
        if scope["type"] == "websocket":
            await self._admit(scope, receive, send)
        elif scope["type"] == "http" and _is_page(scope) and (refusal := self._find_refusal(scope)):
            await refusal(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _admit(self, scope: Scope, receive: Receive, send: Send) -> None:
        if refusal := self._find_refusal(scope):
            await _refuse(scope, receive, send, refusal)
            return
        group = read_group(scope)
        self._open[group] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._open[group] -= 1
            if not self._open[group]:
                del self._open[group]

    def _find_refusal(self, scope: Scope) -> PlainTextResponse | None:
        try:
            limits = mode.read_mode()
        except ModeError:
            return None  # every page says so, and does nothing else
        if limits.visitors is not None and self._open.total() >= limits.visitors:
            return _respond(503, FULL)
        most = limits.visitors_each
        if most is not None and self._open[read_group(scope)] >= most:
            return _respond(429, FULL_ADDRESS.format(most=most))
        return None


def _is_page(scope: Scope) -> bool:
    """Tells whether a browser asks for a page of Streamlit's, and not for one of its parts.

    A class in a room opens plain pages, and the room counts its devices.
    """
    if _ROOM.match(scope["path"]):
        return False
    accepted = next((value for name, value in scope["headers"] if name == b"accept"), b"")
    return scope["method"] == "GET" and b"text/html" in accepted


def _respond(status: int, sentence: str) -> PlainTextResponse:
    return PlainTextResponse(sentence, status, headers={"Retry-After": _RETRY_SECONDS})


async def _refuse(scope: Scope, receive: Receive, send: Send, response: PlainTextResponse) -> None:
    """Refuses a websocket by an HTTP answer, or where the server cannot, by closing it."""
    websocket = WebSocket(scope, receive, send)
    if "websocket.http.response" in scope.get("extensions", {}):
        await websocket.send_denial_response(response)
    else:
        await websocket.close(1013, bytes(response.body).decode()[:120])
