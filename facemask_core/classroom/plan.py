"""The room that a server opens at its start, as the command that starts it says."""

from __future__ import annotations

import os
from dataclasses import dataclass

from facemask_core.errors import ModeError

VARIABLE = "FACEMASK_CLASSROOM"


@dataclass(frozen=True)
class Plan:
    """A room to open at the server's start.

    Attributes:
        minutes: How long its lesson is.
        language: The language that it speaks.
    """

    minutes: int = 25
    language: str = "en"

    def hand_over(self) -> None:
        """Writes the plan where a server that this process becomes, or starts, finds it."""
        os.environ[VARIABLE] = f"{self.language}/{self.minutes}"


def read_plan() -> Plan | None:
    """Reads the plan of this server; None where it opens no room by itself.

    Raises:
        ModeError: The variable holds something else.
    """
    text = os.environ.get(VARIABLE, "")
    if not text:
        return None
    language, _, minutes = text.partition("/")
    if not (language.isalpha() and minutes.isascii() and minutes.isdigit() and len(minutes) < 4):
        raise ModeError(f"{VARIABLE} is {text!r}; write a language and minutes, such as en/25.")
    return Plan(int(minutes), language)
