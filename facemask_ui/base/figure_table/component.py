"""The table in the browser: what each cell shows, and what happens when one is chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import streamlit as st

from facemask_ui.base import browser
from facemask_ui.base.palette import pick_palette

_HTML, _CSS, _JS = browser.read_texts(__file__, "table.html", "table.css", "table.js")
_NAME = "figure_table"


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A cell of the table.

    Attributes:
        text: What it shows.
        note: A few words below that.
        wrong: The share of answers it stands for that is wrong, from 0 to 1, which colours it.
        key: What is passed on when the cell is chosen; empty for a cell that cannot be.
        name: What choosing it does, for those who hear the page.
        pressed: Whether what it stands for is shown at present.
        best: Whether it is the best of its column.
    """

    text: str
    note: str = ""
    wrong: float = 0.0
    key: str = ""
    name: str = ""
    pressed: bool = False
    best: bool = False


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row of the table.

    Attributes:
        title: Its first cell.
        cells: The others.
        key: What is passed on when the title is chosen; empty for a title that cannot be.
        name: What choosing it does.
        pressed: Whether what it stands for is shown at present.
    """

    title: str
    cells: Sequence[Cell]
    key: str = ""
    name: str = ""
    pressed: bool = False


def draw_table(
    heads: Sequence[str],
    rows: Sequence[Row],
    *,
    key: str,
    label: str,
    caption: str = "",
    wide: bool = False,
    on_choice: Callable[[str], None] | None = None,
) -> None:
    """Draws the table; where it is wider than the page it scrolls by itself.

    Args:
        heads: The heads of all columns, the titles' first.
        rows: The rows.
        key: The table's key, unique on the page.
        label: What it is, for those who hear the page.
        caption: What its figures mean, below it.
        wide: Whether each cell is large, as in a table of few.
        on_choice: Called with the key of a cell or row that is chosen. The key comes from the
            browser, so it is passed on only if it is in the table.
    """
    known = {row.key for row in rows} | {cell.key for row in rows for cell in row.cells}

    def pass_on() -> None:
        choice = st.session_state.get(key, {}).get("chosen")
        if on_choice is not None and isinstance(choice, str) and choice and choice in known:
            on_choice(choice)

    colours = pick_palette()
    component = st.components.v2.component(_NAME, html=_HTML, css=browser.CONTROLS + _CSS, js=_JS)
    component(
        data={
            "heads": list(heads),
            "rows": [asdict(row) for row in rows],
            "label": label,
            "caption": caption,
            "wide": wide,
            "colour": colours.wrong,
            "plain": colours.weak,
        },
        key=key,
        on_chosen_change=pass_on,
    )
