"""The corruptions of the core, named in the page's language."""

from __future__ import annotations

import re

from facemask_core import corruptions
from facemask_ui.language import DEFAULT, number, read_texts, say, say_known

_FIGURE = re.compile(r"\d+(?:\.(\d+))?")


def name_corruption(code: str) -> str:
    """Names a corruption; one that the languages' files do not know by the core's own title.

    Args:
        code: Its name in commands and files.
    """
    return say_known(f"corruptions.{code}.title", corruptions.get(code).title)


def translate_value(code: str, text: str) -> str:
    """Translates what a corruption makes of a picture, such as ``quality 15``.

    Args:
        code: The corruption's name in commands and files.
        text: The value as the core writes it, in English; what it would not write stays as it is.
    """
    key, figure = f"corruptions.{code}.value", _FIGURE.search(text)
    english = read_texts(DEFAULT)
    if figure is None or not english.has(key) or english.say(key, number=figure[0]) != text:
        return text
    return say(key, number=number(float(figure[0]), len(figure[1] or "")))
