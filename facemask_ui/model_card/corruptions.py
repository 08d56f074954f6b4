"""How a model does in bad light, from afar and the like, from the table on its card."""

from __future__ import annotations

import html
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from facemask_core import corruptions
from facemask_core.models import checkpoints
from facemask_core.models.checkpoints import Card
from facemask_core.text import on_one_line
from facemask_ui.base.charts import show_chart
from facemask_ui.base.palette import Palette, pick_palette
from facemask_ui.choices.corruption_names import name_corruption, translate_value
from facemask_ui.language import join_clauses, number, percent, say
from facemask_ui.model_card.tables import write_interval

LIGHT = ("darker", "brighter", "contrast", "colour_cast")
"""The corruptions that are changes of light."""
_CHANCE = 0.5
"""The accuracy at which a cell has the strongest colour of wrong answers: that of a coin."""
_TWIN = "-robust"
_MEASUREMENT = ("data_sha256", "crop", "corruptions", "severities", "seed")
"""The entries in which two tables agree that can be compared."""

Cells = list[dict[str, Any]]


def show_corruptions(card: Card) -> None:
    """Shows the table on a card, and what its model's robustness against attacks costs there.

    Args:
        card: The card; one that holds no table shows nothing.

    Raises:
        CheckpointError: The card of the model's twin cannot be read.
    """
    table, cells = card.corruptions, list_cells(card)
    if table is None or not cells:
        return
    st.header(say("models.corruptions.heading"), anchor=False)
    show_chart(
        make_chart(cells, pick_palette()),
        key="corruptions",
        alt=describe_chart(cells),
    )
    st.caption(
        say(
            "models.corruptions.caption",
            images=table["images"],
            clean=percent(table["clean_balanced_accuracy"]),
            mean=percent(table["mean_balanced_accuracy"]),
        )
    )
    if (price := _find_price(card.name)) is not None:
        st.markdown(price)
    with st.expander(say("models.corruptions.values"), icon=":material/table:"):
        st.dataframe(tabulate_cells(cells), hide_index=True)
        if unsure := _count_unsure(table):
            st.caption(unsure)


def _count_unsure(table: dict[str, Any]) -> str:
    """Writes where the table counts unsure answers, if it does."""
    if not table.get("unsure_below") or table.get("clean_unsure") is None:
        return ""
    share = percent(table["unsure_below"])
    return say("models.corruptions.unsure", share=share, count=table["clean_unsure"])


def list_cells(card: Card) -> Cells:
    """Lists the cells of a card's table whose corruptions this version knows.

    Args:
        card: The card.
    """
    known = set(corruptions.names())
    table = card.corruptions or {"cells": []}
    return [cell for cell in table["cells"] if cell["corruption"] in known]


def _find_price(name: str) -> str | None:
    """Finds what hardening costs in bad light, where a model or its twin has that name."""
    plain = name.removesuffix(_TWIN)
    names = plain, plain + _TWIN
    if not set(names) <= set(checkpoints.usable()):
        return None
    return write_price(*(checkpoints.read_card(checkpoints.locate(each)) for each in names))


def make_chart(cells: Cells, colours: Palette) -> go.Figure:
    """Makes a chart of balanced accuracy: a row for each corruption, a column for each severity.

    Args:
        cells: The cells of the card's table.
        colours: The theme's colours.
    """
    names = _list_names(cells)
    severities = sorted({cell["severity"] for cell in cells})
    by_place = {(cell["corruption"], cell["severity"]): cell for cell in cells}
    rows = [[by_place.get((name, severity)) for severity in severities] for name in names]
    shares = [[None if cell is None else cell["balanced_accuracy"] for cell in row] for row in rows]
    figure = go.Figure(
        go.Heatmap(
            z=shares, x=[str(severity) for severity in severities],
            y=[name_corruption(name) for name in names],
            customdata=[["" if cell is None else _describe(cell) for cell in row] for row in rows],
            zmin=_CHANCE, zmax=1, showscale=False, xgap=3, ygap=3,
            colorscale=[[0, colours.wrong], [1, colours.weak]],
            hovertemplate=say("models.corruptions.hover", danger="%{y}", severity="%{x}")
            + "<br>%{customdata}<extra></extra>",
        )
    )  # fmt: skip
    for row, column in np.ndindex(len(names), len(severities)):
        share = shares[row][column]
        if share is not None:
            figure.add_annotation(  # Plotly takes a category's number, and a digit for a number
                x=column, y=row, text=f"{100 * share:.0f}", showarrow=False,
                font={"color": colours.text},
            )  # fmt: skip
    ink = {"color": colours.text}
    figure.update_layout(
        height=90 + 34 * len(names), margin={"l": 0, "r": 0, "t": 8, "b": 0}, dragmode=False,
        font=ink,
    )  # fmt: skip
    axis = {"fixedrange": True, "showgrid": False, "tickfont": ink, "title_font": ink}
    figure.update_xaxes(title=say("models.corruptions.severity"), type="category", **axis)
    figure.update_yaxes(autorange="reversed", **axis)
    return figure


def describe_chart(cells: Cells) -> str:
    """Describes the chart in words.

    Args:
        cells: The cells of the card's table.
    """
    rows = []
    for name in _list_names(cells):
        own = [cell for cell in cells if cell["corruption"] == name]
        shares = ", ".join(f"{100 * cell['balanced_accuracy']:.0f}" for cell in own)
        rows.append(f"{name_corruption(name)} {shares}")
    return say("models.corruptions.whole", rows=join_clauses(rows))


def tabulate_cells(cells: Cells) -> pd.DataFrame:
    """Tabulates every figure with its interval and the dial's value.

    Args:
        cells: The cells of the card's table.
    """
    return pd.DataFrame(
        [
            {
                _head("corruption"): name_corruption(cell["corruption"]),
                _head("severity"): cell["severity"],
                _head("value"): _write_value(cell),
                say("models.tables.balanced_accuracy"): percent(cell["balanced_accuracy"]),
                say("models.tables.interval"): _write_interval(cell),
                say("models.tables.images"): cell["images"],
                **_tabulate_unsure(cell),
            }
            for cell in cells
        ]
    )


def _tabulate_unsure(cell: dict[str, Any]) -> dict[str, Any]:
    """Makes a cell's columns about unsure answers; none of a table measured before they were."""
    share = cell.get("balanced_accuracy_unsure_half")
    if cell.get("unsure") is None or share is None:
        return {}
    return {_head("unsure"): cell["unsure"], _head("unsure_half"): percent(share)}


def write_price(plain: Card, twin: Card) -> str | None:
    """Writes in one sentence what hardening a model against attacks costs in bad light.

    Args:
        plain: The card of the model that was not hardened.
        twin: The card of its hardened twin.

    Returns:
        The sentence; None unless both were measured in the same way on the same photographs.
    """
    if plain.corruptions is None or twin.corruptions is None:
        return None
    if any(plain.corruptions.get(key) != twin.corruptions.get(key) for key in _MEASUREMENT):
        return None
    before, after = _average_light(list_cells(plain)), _average_light(list_cells(twin))
    if before is None or after is None:
        return None
    points = 100 * (before - after)
    shares = {"twin": percent(after), "plain": percent(before)}
    if round(points, 1) <= 0:
        return say("models.corruptions.no_price", **shares)
    return say("models.corruptions.price", **shares, points=number(points, 1))


def _average_light(cells: Cells) -> float | None:
    shares = [cell["balanced_accuracy"] for cell in cells if cell["corruption"] in LIGHT]
    return sum(shares) / len(shares) if shares else None


def _list_names(cells: Cells) -> list[str]:
    return list(dict.fromkeys(cell["corruption"] for cell in cells))


def _head(name: str) -> str:
    return say(f"models.corruptions.head.{name}")


def _describe(cell: dict[str, Any]) -> str:
    return say(
        "models.corruptions.cell",
        value=html.escape(_write_value(cell)),  # Plotly reads some HTML
        share=percent(cell["balanced_accuracy"]),
        interval=_write_interval(cell),
        images=cell["images"],
    )


def _write_value(cell: dict[str, Any]) -> str:
    return translate_value(cell["corruption"], on_one_line(cell["value"]))


def _write_interval(cell: dict[str, Any]) -> str:
    return write_interval(cell["interval"]["low"], cell["interval"]["high"])
