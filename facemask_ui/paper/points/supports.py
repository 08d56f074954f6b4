"""Point 3: the test set changes between two reports."""

from __future__ import annotations

import streamlit as st

from facemask_core.paper.printed import Figure, Paper
from facemask_ui.base.palette import name_classes
from facemask_ui.language import say
from facemask_ui.paper.points.base import Point, draw_table


def _show_supports(paper: Paper, model: str) -> None:
    st.markdown(_say("text"))
    draw_table([sum_matrix(figure) for figure in paper.figures])
    last, first = paper.figures[-1], paper.figures[0]
    difference = int(last.matrix[1].sum() - first.matrix[1].sum())
    st.markdown(_say("moved", number=last.number, images=difference))


def sum_matrix(figure: Figure) -> dict[str, str]:
    """Sums the rows and columns of a figure's matrix."""
    (a, b), (c, d) = figure.confusion
    without_mask, with_mask = name_classes()
    return {
        _say("figure"): str(figure.number),
        without_mask: f"{a} + {b} = **{a + b}**",
        with_mask: f"{c} + {d} = **{c + d}**",
        _say("columns"): _say("both", first=a + c, second=b + d),
        _say("all"): f"{figure.images}",
    }


def _say(key: str, **values: object) -> str:
    return say(f"paper.points.supports.{key}", **values)


POINT = Point("supports", _show_supports)
