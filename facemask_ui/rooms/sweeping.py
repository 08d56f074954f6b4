"""Ends rooms that are over, and has what can wait give way while a class is in one."""

from __future__ import annotations

import asyncio
import logging

from facemask_core import classroom
from facemask_core.classroom.endings import EVERY
from facemask_ui.rooms import streams
from facemask_ui.rooms.registry import Rooms
from facemask_ui.visitors import quiet

_SECONDS = 2.0
_log = logging.getLogger(__name__)


def sweep(rooms: Rooms) -> None:
    """Ends rooms that are a day old or named by the server's operator; notes a class that is there.

    A class asks no model by a session of Streamlit's, and yet a lesson is no silence in which the
    server computes for later.

    Args:
        rooms: The server's rooms.
    """
    if streams.is_followed():
        quiet.note_visitor()
    rooms.sweep()
    for name in classroom.take_askings():
        for code in rooms.list_codes() if name == EVERY else [name]:
            rooms.end(code)


async def sweep_by_the_clock(rooms: Rooms) -> None:
    """Sweeps as long as the server runs.

    Args:
        rooms: The server's rooms.
    """
    while True:
        await asyncio.sleep(_SECONDS)
        try:
            await asyncio.to_thread(sweep, rooms)
        except Exception:
            _log.exception("Rooms could not be swept; the next try is soon.")
