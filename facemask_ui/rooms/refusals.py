"""What a room refuses: one sentence each, in the language of the room or of the browser."""

from __future__ import annotations

from facemask_core.errors import FacemaskError
from facemask_ui.language import DEFAULT, read_texts

_STATUS = {
    "unknown": 404,
    "ended": 410,
    "removed": 410,
    "secret": 403,
    "guesses": 429,
    "fast": 429,
    "full": 503,
    "streams": 503,
    "rooms": 503,
    "rooms_each": 429,
    "stale": 409,
    "closed": 409,
    "frozen": 409,
    "choice": 400,
    "number": 400,
    "move": 400,
    "message": 400,
    "large": 413,
    "sample": 404,
    "stopping": 503,
}
"""The HTTP status of each refusal, by its name in the languages' files."""


class RoomError(FacemaskError):
    """A room does not do what it was asked for.

    Attributes:
        name: Its name, for programs.
        status: Its HTTP status.
        language: The language of the room; None where none is known.
    """

    def __init__(self, name: str, language: str | None = None, **values: object) -> None:
        """Makes a refusal.

        Args:
            name: One of the names above.
            language: The language of the room; None where none is known.
            **values: What the sentence's placeholders stand for.
        """
        self.name = name
        self.status = _STATUS[name]
        self.language = language
        self._values = values
        super().__init__(self.say(language or DEFAULT))

    def say(self, language: str) -> str:
        """Says in a language what is refused, and what to do."""
        return read_texts(language).say(f"rooms.refused.{self.name}", **self._values)
