"""A lab that opens a room at its start, and where that is, as its terminal says."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import served

_LINK = re.compile(r"http://\S+/room/(\w+)/projector#\S+")
_SECONDS = 180.0
"""Within which the first room is open; TensorFlow is loaded for it."""


@dataclass(frozen=True)
class Room:
    """Where a room is.

    Attributes:
        projector: The projector's link, with the secret.
        join: The pupils' link, with the code.
    """

    projector: str
    join: str


@contextmanager
def start(home: Path, log: Path, minutes: int, language: str = "en") -> Iterator[served.Server]:
    """Starts a lab with a room.

    Args:
        home: Where its reports lie.
        log: Where its terminal's lines go.
        minutes: The lesson.
        language: The room's language.
    """
    plan = f"{language}/{minutes}"
    with served.running(
        home, log=log, FACEMASK_CLASSROOM=plan, FACEMASK_MODE="classroom"
    ) as server:
        yield server


def read_room(log: Path) -> Room:
    """Waits for the room, and reads where it is.

    Args:
        log: The terminal's lines.

    Raises:
        RuntimeError: None is opened.
    """
    end = time.monotonic() + _SECONDS
    while time.monotonic() < end:
        if found := _LINK.search(log.read_text(encoding="utf-8")):
            lab = found[0].partition("/room/")[0]
            return Room(found[0], f"{lab}/join/{found[1]}")
        time.sleep(0.2)
    raise RuntimeError(f"No room was opened within {_SECONDS:.0f} seconds.")
