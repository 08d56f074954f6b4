"""Point 3: the test set changes between two reports."""

from __future__ import annotations

import streamlit as st

from facemask_core.paper.printed import Figure, Paper
from facemask_ui.paper.points.base import Point, draw_table


def _show_supports(paper: Paper, model: str) -> None:
    st.markdown(
        "A confusion matrix adds up, row by row, to how many images each class has. An attack "
        "changes pixels and predictions, never the true class, so all three figures must agree."
    )
    draw_table([sum_matrix(figure) for figure in paper.figures])
    last, first = paper.figures[-1], paper.figures[0]
    difference = int(last.matrix[1].sum() - first.matrix[1].sum())
    st.markdown(
        f"In Figure {last.number} **{difference} images** have gone from one class to the other. "
        "Turned on its side, rows for columns, the matrix does not fit either."
    )


def sum_matrix(figure: Figure) -> dict[str, str]:
    """Sums the rows and columns of a figure's matrix."""
    (a, b), (c, d) = figure.confusion
    return {
        "Figure": str(figure.number),
        "Without mask": f"{a} + {b} = **{a + b}**",
        "With mask": f"{c} + {d} = **{c + d}**",
        "Columns": f"{a + c} and {b + d}",
        "All": f"{figure.images}",
    }


POINT = Point("Images that change class", _show_supports)
