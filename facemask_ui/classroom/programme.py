"""The lesson as a room's steps."""

from __future__ import annotations

from facemask_ui.rooms import Step


def steps(minutes: int, language: str) -> tuple[Step, ...]:
    """Lists the steps of a lesson.

    Args:
        minutes: How long it is.
        language: The language that it speaks.
    """
    data = {"minutes": minutes, "language": language}
    return (Step(kind="welcome", id="welcome", data=data), Step(kind="end", id="end"))
