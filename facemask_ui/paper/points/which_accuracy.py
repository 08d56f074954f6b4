"""Point 4: three test accuracies for one model."""

from __future__ import annotations

import streamlit as st

from facemask_core.paper.printed import Paper
from facemask_ui.base.palette import keep_together
from facemask_ui.paper.points.base import Point


def _show_accuracies(paper: Paper, model: str) -> None:
    figure = paper.figure("none")
    st.markdown(
        "The text gives InceptionV3 three test accuracies; the third stands in MobileNetV3's "
        "section, which has no other. Figure 9's matrix settles the first."
    )
    right = int(figure.matrix.trace())
    lines = [
        f"- **{keep_together(f'{saying.percent:g} %')}**, of {saying.about}. "
        f"{saying.where}: “{saying.quote}”"
        for saying in paper.sayings
    ]
    (a, _), (_, d) = figure.confusion
    accuracy = keep_together(f"{100 * figure.accuracy:.2f} %")
    lines.append(
        f"- **{accuracy}** follows from Figure {figure.number}, of InceptionV3: "
        f"({a} + {d}) ÷ {figure.images} = {right} ÷ {figure.images}"
    )
    st.markdown("\n".join(lines))


POINT = Point("Three test accuracies", _show_accuracies)
