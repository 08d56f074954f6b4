"""What both handouts are made of: Markdown's bold as HTML, lines to write on, links to follow."""

from __future__ import annotations

import re
from collections.abc import Iterable

from facemask_ui.reports.printed.markup import Markup, element, joined

_ICON = re.compile(r":material/\w+:\s*")
_COLOUR = re.compile(r":(?:orange|blue)\[(.*?)\]")


def prose(text: str) -> Markup:
    """Paragraphs of the lesson's Markdown, of which only bold is kept.

    Args:
        text: As the lesson's strings have it, perhaps with verdicts in it.
    """
    plain = _ICON.sub("", _COLOUR.sub(r"\1", text)).replace("`", "")
    return joined(element("p", inline(part)) for part in plain.split("\n\n"))


def inline(text: str) -> Markup:
    """A sentence of the lesson's Markdown, of which only bold is kept."""
    parts = text.split("**")
    return joined(
        element("strong", part) if number % 2 else part for number, part in enumerate(parts)
    )


def points(texts: Iterable[str], **attributes: str) -> Markup:
    """A list with a point for each text."""
    return element("ul", *(element("li", inline(text)) for text in texts), **attributes)


def lines(label: str, count: int) -> Markup:
    """Something to complete by hand.

    Args:
        label: What is asked for.
        count: How many lines there are to write on.
    """
    ruled = [element("div", class_="line") for _ in range(count)]
    return element("div", element("span", label, class_="label"), *ruled, class_="write")


def link(label: str, address: str) -> Markup:
    """A link that can be followed on the screen and typed in from paper."""
    return element("p", f"{label} ", element("a", address, href=address), class_="link")
