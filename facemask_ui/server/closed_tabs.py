"""Closed tabs: a visitor whose network fails gets the tab's session back, and all others end.

A session holds its visitor's pictures, uploads and answers, and its pictures have addresses at
which they can be read. So none outlives its tab by a minute, whether or not anybody else comes.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

from facemask_ui.page import start
from facemask_ui.server import compat

BACK_SECONDS = 40.0
"""A browser that loses its connection tries again within seconds, then ever more rarely."""
SWEEP_SECONDS = 2.0
_MOST = 128
_log = logging.getLogger(__name__)


class ClosedTabs:
    """The sessions of tabs that closed just now, by the clock."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begins with none.

        Args:
            clock: Tells the time in seconds.
        """
        self._clock = clock
        self._closed: dict[str, tuple[Any, float]] = {}

    def get(self, session_id: str) -> Any:
        """Gets a session for a tab that comes back; None if it is gone."""
        info, until = self._closed.get(session_id, (None, 0.0))
        return info if self._clock() < until else None

    def save(self, session_info: Any) -> None:
        """Takes a session whose tab has closed; of too many the first to close is over at once."""
        key = str(session_info.session.id)
        self._closed.pop(key, None)
        self._closed[key] = (session_info, self._clock() + BACK_SECONDS)
        for oldest in (*self._closed,)[:-_MOST]:
            self._closed[oldest] = (self._closed[oldest][0], 0.0)

    def delete(self, session_id: str) -> None:
        """Drops a session whose tab has come back, or that is ended."""
        self._closed.pop(session_id, None)

    def list(self) -> Sequence[Any]:
        """Lists the sessions that are not ended yet."""
        return [info for info, _ in self._closed.values()]

    def take_expired(self) -> Sequence[Any]:
        """Takes out the sessions whose tab did not come back in time."""
        now = self._clock()
        over = [key for key, (_, until) in self._closed.items() if until <= now]
        return [self._closed.pop(key)[0] for key in over]


class Reaper:
    """Ends the sessions of closed tabs, and removes what they leave."""

    def __init__(self, tabs: ClosedTabs, uploads: compat.UploadStore) -> None:
        """Takes what it looks after.

        Args:
            tabs: The closed tabs.
            uploads: The server's uploads.
        """
        self._tabs = tabs
        self._uploads = uploads
        self._sweeps = 0

    def sweep(self) -> None:
        """Ends what is over; an error with one session does not keep the others."""
        for info in self._tabs.take_expired():
            self._sweeps = 2
            try:
                info.session.shutdown()
            except Exception:
                _log.exception("A closed tab's session did not end.")
        sessions = compat.list_sessions()
        if compat.sweep_media(sessions):
            self._sweeps = 2
        for session in self._uploads.measure().keys() - sessions:
            self._uploads.remove(session)
        if start.is_imported():  # before that nobody can have brought a model along
            from facemask_ui.choices import own_models

            own_models.sweep(sessions)
        if self._sweeps:
            self._sweeps -= 1
            compat.remove_unreferenced_media()

    async def run(self) -> None:
        """Sweeps by the clock, as long as the server runs."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            try:
                self.sweep()
            except Exception:
                _log.exception("Closed tabs could not be swept; the next try is soon.")
