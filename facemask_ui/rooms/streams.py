"""Streams of a room's state to browsers: server-sent events, each the whole state.

Threads of Streamlit's pages and the server's event loop change rooms alike, so a change wakes each
stream in the loop that it belongs to.
"""

from __future__ import annotations

import asyncio
import json
import weakref
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

from facemask_ui.base import under_way
from facemask_ui.rooms.refusals import RoomError

HEARTBEAT = 10.0
"""Seconds after which a stream without news says that it lives, so that no proxy cuts it."""
COALESCE = 0.1
"""Seconds within which the changes of a class become one message."""
MOST = 700
"""Streams of all pupils: twenty classes of thirty; a process may have some thousand connections."""
_LOOK = 0.5
_SOON = 1.0
_ALL: weakref.WeakSet[Watcher] = weakref.WeakSet()


def check_room(language: str) -> None:
    """Checks that one stream more can be served.

    Args:
        language: The language of a refusal.

    Raises:
        RoomError: As many are open as this server takes.
    """
    if len(_ALL) >= MOST:
        raise RoomError("streams", language)


def is_followed() -> bool:
    """Tells whether any browser follows a room just now."""
    return bool(len(_ALL))


class Watcher:
    """One browser's stream; made in the event loop that serves it."""

    def __init__(self) -> None:
        """Begins with something to say."""
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        self._closed = False
        _ALL.add(self)

    def wake(self) -> None:
        """Says that the state has changed; any thread may call it."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._news.set)

    def close(self) -> None:
        """Ends the stream; any thread may call it."""
        self._closed = True
        self.wake()

    async def follow(self, read: Callable[[], dict[str, Any] | None]) -> AsyncIterator[str]:
        """Sends the state now and after each change, until it has ended or the browser leaves.

        Args:
            read: Reads the state; None where there is none for this browser any more.
        """
        sent: dict[str, Any] | None = None
        while not (self._closed or under_way.is_stopping()):
            self._news.clear()
            state = read()
            if state is None:
                return
            is_news = state != sent
            yield f"data: {json.dumps(state, ensure_ascii=False)}\n\n" if is_news else ":\n\n"
            if state["ended"]:
                return
            sent = state
            await asyncio.sleep(COALESCE)
            with suppress(TimeoutError):
                # A truth that is empty is being measured, and nobody tells the room of its end.
                await asyncio.wait_for(
                    self._news.wait(), _SOON if state.get("truth") == {} else HEARTBEAT
                )


async def end_streams_at_stop() -> None:
    """Ends all streams when the server is asked to stop, which would wait for them otherwise."""
    while not under_way.is_stopping():
        await asyncio.sleep(_LOOK)
    for watcher in [*_ALL]:
        watcher.close()
