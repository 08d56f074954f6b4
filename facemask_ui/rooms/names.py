"""Names for pupils, drawn from lists, so that nobody types one."""

from __future__ import annotations

import secrets
from collections.abc import Collection

from facemask_ui.language import read_texts


def draw_name(language: str, taken: Collection[str]) -> str:
    """Draws a name that nobody in the room has.

    Args:
        language: The room's language.
        taken: The names that are given.
    """
    texts = read_texts(language)
    names = [
        texts.say("rooms.name", colour=colour, animal=animal)
        for colour in texts.say_all("rooms.colours")
        for animal in texts.say_all("rooms.animals")
    ]
    return secrets.choice([name for name in names if name not in taken])
