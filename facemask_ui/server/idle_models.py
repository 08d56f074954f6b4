"""Unloads models that nobody has used for a while, so that a small host has room for others."""

from __future__ import annotations

import asyncio
import os

from facemask_core.errors import ModeError
from facemask_ui.page import start

VARIABLE = "FACEMASK_UNLOAD_MINUTES"
_USUAL_MINUTES = 60
_LOOK_SECONDS = 60.0


def read_idle_seconds() -> float | None:
    """Reads after how many seconds without use a model leaves memory; None for never.

    Raises:
        ModeError: The number of minutes is none.
    """
    text = os.environ.get(VARIABLE, "") or str(_USUAL_MINUTES)
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise ModeError(f"{VARIABLE} is {text!r}; give whole minutes, or 0 for never.")
    return 60.0 * int(text) or None


async def unload_idle_models(idle: float | None) -> None:
    """Looks once a minute for models to unload, until it is cancelled.

    Args:
        idle: Seconds without use; None for never.
    """
    while idle is not None:
        await asyncio.sleep(min(_LOOK_SECONDS, idle))
        if start.is_imported():
            await asyncio.to_thread(_unload, idle)


def _unload(idle: float) -> None:
    from facemask_ui.choices import models

    models.unload(idle)
