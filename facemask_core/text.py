"""Names and times made fit to show: a file's name is bytes, and not every byte can be seen."""

from __future__ import annotations

import unicodedata

_UNSEEN = {"Cc", "Cf", "Cs"}
"""Control and format characters (such as those that turn the direction of writing) and halves of
characters, which stand for bytes that are no text and have no encoding."""


def visible(text: str) -> str:
    """Replaces invisible characters by their codes; line ends stay."""
    return "".join(
        character
        if character == "\n" or unicodedata.category(character) not in _UNSEEN
        else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


def write_span(seconds: float) -> str:
    """Writes a time in the unit that suits it: ``45 s``, ``3 min``, ``1.5 h``, ``2.1 days``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 2 * 86400 else f"{seconds / 86400:.1f} days"


def on_one_line(text: str) -> str:
    """Replaces invisible characters and line ends by their codes, so that a name stays one line."""
    return visible(text).replace("\n", r"\n")
