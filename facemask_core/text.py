"""Strangers' names for files, fit to be shown: a name is bytes, and not all of them can be seen."""

from __future__ import annotations

import unicodedata

_UNSEEN = {"Cc", "Cf", "Cs"}
"""Control and format characters (such as those that turn the direction of writing) and halves of
characters, which stand for bytes that are no text and which no encoding can hold."""


def visible(text: str) -> str:
    """Spells out the characters nobody sees by their code; line ends stay."""
    return "".join(
        character
        if character == "\n" or unicodedata.category(character) not in _UNSEEN
        else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


def on_one_line(text: str) -> str:
    """As :func:`visible`, for where each line is an entry of its own: spells out line ends too."""
    return visible(text).replace("\n", r"\n")
