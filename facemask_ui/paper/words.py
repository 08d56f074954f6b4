"""Places and figures of the paper in the page's language."""

from __future__ import annotations

from facemask_ui.language import DEFAULT, number, read_texts, say, say_all


def name_place(where: str) -> str:
    """Names a place in the paper; one that the languages' files do not list keeps its name.

    Args:
        where: The place in English, such as ``Below Figure 12``.
    """
    english = read_texts(DEFAULT).say_all("paper.places")
    return dict(zip(english, say_all("paper.places"), strict=True)).get(where, where)


def write_plain(value: float) -> str:
    """Writes a number with as many decimals as it has, such as ``0.05``."""
    return number(value, len(f"{value:g}".partition(".")[2]))


def write_percentage(percentage: float, digits: int = 1) -> str:
    """Writes a percentage with so many decimals, however near it is to 0 or 100."""
    return say("percentage.is", number=number(percentage, digits))
