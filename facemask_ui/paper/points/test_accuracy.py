"""Point 4: which test accuracy belongs to which model."""

from __future__ import annotations

import streamlit as st

from facemask_core.paper.printed import Paper
from facemask_ui.paper.points.base import Point


def _show(paper: Paper, model: str) -> None:
    figure = paper.figure("none")
    st.markdown(
        "The text gives InceptionV3 three test accuracies; the third stands in MobileNetV3's "
        "section, which has no other. Figure 9's matrix settles the first."
    )
    rows = [
        {
            "Where": said.where,
            "Said of": said.about,
            "Accuracy": f"{said.percent:g} %",
            "In the paper's words": said.quote,
        }
        for said in paper.said
    ]
    right = int(figure.matrix.trace())
    sum_ = {
        "Where": f"Figure {figure.number}",
        "Said of": "InceptionV3",
        "Accuracy": f"**{100 * figure.accuracy:.2f} %**",
        "In the paper's words": f"({figure.confusion[0][0]} + {figure.confusion[1][1]}) ÷ "
        f"{figure.images} = {right} ÷ {figure.images}",
    }
    st.table([*rows, sum_], hide_index=True, border="horizontal")


POINT = Point("Three test accuracies", _show)
