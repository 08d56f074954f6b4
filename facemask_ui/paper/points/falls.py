"""Point 5: percent or percentage points, and a recall that is in no report."""

from __future__ import annotations

import streamlit as st

from facemask_core.labels import LABELS
from facemask_core.paper.printed import Figure, Paper
from facemask_ui.base.palette import keep_together, name_classes
from facemask_ui.paper.points.base import Point, draw_table


def _show_falls(paper: Paper, model: str) -> None:
    st.markdown(
        "The text says by how many percent an attack reduced the accuracy. A difference of two "
        "percentages is counted in points; in percent of what was there before it is another "
        "number. Here the two lie so close that nobody can tell which is meant."
    )
    clean = paper.figure("none")
    draw_table(
        [
            {
                "Attack": saying.attack.upper(),
                "Said": keep_together(f"{saying.percent:g} %"),
                **describe_fall(clean, paper.figure(saying.attack)),
            }
            for saying in paper.falls
        ]
    )
    recall = paper.recall
    figure = paper.figure(recall.attack)
    st.markdown(
        f"{recall.where} the text says “{recall.quote}”. No share that Figure {figure.number} "
        f"yields is {recall.percent:g} %:"
    )
    draw_table(
        [
            {"Share": name, f"Figure {figure.number}": f"{100 * it:.1f} %"}
            for name, it in list_shares(figure)
        ]
    )


def describe_fall(before: Figure, after: Figure) -> dict[str, str]:
    """Describes the fall of the accuracy in points and in percent, from exact counts."""
    first, last = int(before.matrix.trace()), int(after.matrix.trace())
    lost, images = first - last, before.images
    return {
        "In points": f"({first} − {last}) ÷ {images} = **{100 * lost / images:.1f}**",
        "In percent": f"({first} − {last}) ÷ {first} = **{100 * lost / first:.1f} %**",
    }


def list_shares(figure: Figure) -> list[tuple[str, float]]:
    """Lists every share in a classification report, and those it leaves out."""
    named = list(zip(LABELS, name_classes(), strict=True))
    kinds = ("recall", "precision", "f1-score")
    reported = [
        (f"{kind}, {word.lower()}", float(figure.report[name][kind]))
        for kind in kinds
        for name, word in named
    ]
    wrong = [
        (f"taken for the other class, {word.lower()}", 1 - float(figure.report[name]["recall"]))
        for name, word in named
    ]
    return [*reported, *wrong, ("accuracy", figure.accuracy)]


POINT = Point("Percent or points", _show_falls)
