"""Rooms that the server's operator asks to end: a file for each, which the server takes away.

A room is in the memory of another process. Who may write into the lab's own folder may end it, and
needs neither its secret nor the network.
"""

from __future__ import annotations

import re
from pathlib import Path

from facemask_core.errors import ModeError
from facemask_core.storage import place

EVERY = "ALL"
"""What stands for all rooms in place of a code."""
_NAME = re.compile(r"[A-Z]{3,12}")


def find_folder() -> Path:
    """Returns the folder of the files."""
    return place.default_folder() / "rooms-to-end"


def ask_to_end(code: str) -> Path:
    """Asks the server to end a room.

    Args:
        code: The room's code, or :data:`EVERY`.

    Returns:
        The file, which the server takes away.

    Raises:
        ModeError: That is no code, or the folder cannot be written.
    """
    name = "".join(code.upper().split()).replace("-", "")
    if not _NAME.fullmatch(name):
        raise ModeError(f"{code!r} is no room's code; it has letters alone, such as BCDFGH.")
    file = find_folder() / name
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    except OSError as error:
        raise ModeError(f"{str(file)!r} cannot be written ({error.strerror}).") from error
    return file


def is_taken(file: Path) -> bool:
    """Tells whether the server has taken a file away."""
    return not file.exists()


def take_askings() -> list[str]:
    """Takes away all that an operator asks for.

    Returns:
        Codes, or :data:`EVERY` among them.
    """
    try:
        names = [file.name for file in find_folder().iterdir() if _NAME.fullmatch(file.name)]
        for name in names:
            (find_folder() / name).unlink(missing_ok=True)
    except OSError:
        return []
    return names
