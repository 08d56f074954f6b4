"""Ends requests whose body does not arrive.

A client that sends half of a request and then nothing holds a connection and what it has sent, as
long as it likes. Requests that stop before their body are ended in ``compat.py``.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PATIENCE = 30.0
"""Seconds that a request may take however little it sends."""
SLOWEST = 4096
"""Bytes a second that a body has to bring on average beyond that: less than any line has."""


class _SlowBodyError(Exception):
    """The body takes too long."""


class SlowRequests:
    """Ends a request whose body comes slower than any line that a visitor could have."""

    def __init__(self, app: ASGIApp) -> None:
        """Stands before an application.

        Args:
            app: Streamlit's.
        """
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on a request as its body arrives."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body, answer = _Body(receive), _Answer(send)
        try:
            await self._app(scope, body.receive, answer.send)
        except _SlowBodyError:
            if not answer.begun:
                closed = {"Connection": "close"}
                refusal = PlainTextResponse("Too slow\n", status_code=408, headers=closed)
                await refusal(scope, receive, send)


@dataclass
class _Body:
    source: Receive
    begin: float = field(default_factory=time.monotonic)
    length: int = 0
    complete: bool = False

    async def receive(self) -> Message:
        """Waits for the next piece, or for the client to leave once the body is complete."""
        if self.complete:
            return await self.source()
        end = self.begin + PATIENCE + self.length / SLOWEST
        try:
            event = await asyncio.wait_for(self.source(), max(0.0, end - time.monotonic()))
        except TimeoutError:
            raise _SlowBodyError from None
        self.length += len(event.get("body", b""))
        self.complete = not event.get("more_body", False)
        return event


@dataclass
class _Answer:
    sink: Send
    begun: bool = False

    async def send(self, event: Message) -> None:
        """Sends a piece of the answer."""
        self.begun = True
        await self.sink(event)
