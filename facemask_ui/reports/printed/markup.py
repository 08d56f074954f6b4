"""HTML from strangers' text: whatever is not markup already is escaped when it is written."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from facemask_core.text import visible


@dataclass(frozen=True)
class Markup:
    """HTML that may stand as it is; plain strings may not.

    Attributes:
        text: The HTML.
    """

    text: str


def element(name: str, *children: str | Markup, **attributes: str | float) -> Markup:
    """Writes an element.

    Args:
        name: Its name, from this program.
        children: What it holds; strings are escaped.
        attributes: Their names from this program, with ``_`` for ``-`` and after a reserved word;
            their values are escaped.
    """
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_escaped(str(value))}"'
        for key, value in attributes.items()
    )
    return Markup(f"<{name}{given}>{joined(children).text}</{name}>")


def joined(parts: Iterable[str | Markup]) -> Markup:
    """Puts markup and text one behind the other."""
    return Markup(
        "".join(part.text if isinstance(part, Markup) else _escaped(part) for part in parts)
    )


def name(text: str) -> Markup:
    """A stranger's name for something, kept from turning the text around it right to left."""
    return element("bdi", text)


def table(
    caption: str, header: Sequence[str], rows: Iterable[Sequence[str | Markup]], **attributes: str
) -> Markup:
    """Writes a table whose first column names the rows.

    Args:
        caption: What it shows.
        header: The columns' names.
        rows: Their cells.
        attributes: Of the table.
    """
    heads = [element("th", text, scope="col") for text in header]
    body = [
        element(
            "tr",
            element("th", first, scope="row"),
            *(element("td", cell) for cell in rest),
        )
        for first, *rest in rows
    ]
    return element(
        "table",
        element("caption", caption),
        element("thead", element("tr", *heads)),
        element("tbody", *body),
        **attributes,
    )


def _escaped(text: str) -> str:
    return html.escape(visible(text))
