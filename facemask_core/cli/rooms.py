"""``rooms``: the classes' rooms on the server that runs here."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from facemask_core import classroom
from facemask_core.classroom.endings import EVERY
from facemask_core.cli.terminal import print_line
from facemask_core.errors import ModeError

_PATIENCE = 15.0
"""Seconds; a server looks every other second."""

rooms = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="End a class's room on this machine's server, also without its secret.",
)


@rooms.callback()
def _group() -> None:
    """End a class's room on this machine's server, also without its secret."""


@rooms.command()
def end(
    code: Annotated[str | None, typer.Argument(help="The code that is on the wall.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All rooms of the server.")] = False,
) -> None:
    """End a room: its class hears so, and all that it knew is forgotten."""
    if (code is None) != every:
        raise ModeError("Name the room by its code, or end all with --all.")
    file = classroom.ask_to_end(code or EVERY)
    if not _wait(file):
        file.unlink(missing_ok=True)
        raise ModeError(
            "No server took it up. Run this as the user that runs the server, and with the same "
            "FACEMASK_HOME; with the server stopped there is no room."
        )
    print_line("No room is open any more." if every else "No room of this code is open any more.")


def _wait(file: Path) -> bool:
    end_of_wait = time.monotonic() + _PATIENCE
    while time.monotonic() < end_of_wait:
        if classroom.is_taken(file):
            return True
        time.sleep(0.2)
    return False
