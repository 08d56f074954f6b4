"""File names made fit to show: a name is bytes, and not every byte is a visible character."""

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


def on_one_line(text: str) -> str:
    """Replaces invisible characters and line ends by their codes, so that a name stays one line."""
    return visible(text).replace("\n", r"\n")
