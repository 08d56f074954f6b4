"""Point 5: percent, points, and a recall that is in no report."""

from __future__ import annotations

import streamlit as st

from facemask_core.labels import LABELS
from facemask_core.paper.printed import Figure, Paper
from facemask_ui.base.palette import WORDS, keep_together
from facemask_ui.paper.points.base import Point, table


def _show(paper: Paper, model: str) -> None:
    st.markdown(
        "The text says by how many percent an attack reduced the accuracy. A difference of two "
        "percentages is counted in points; in percent of what was there before it is another "
        "number. Here the two lie so close that nobody can tell which is meant."
    )
    clean = paper.figure("none")
    table(
        [
            {
                "Attack": said.attack.upper(),
                "Said": keep_together(f"{said.percent:g} %"),
                **fall(clean, paper.figure(said.attack)),
            }
            for said in paper.falls
        ]
    )
    recall = paper.recall
    figure = paper.figure(recall.attack)
    st.markdown(
        f"{recall.where} the text says “{recall.quote}”. No share that Figure {figure.number} "
        f"yields is {recall.percent:g} %:"
    )
    table(
        [
            {"Share": name, f"Figure {figure.number}": f"{100 * it:.1f} %"}
            for name, it in shares(figure)
        ]
    )


def fall(before: Figure, after: Figure) -> dict[str, str]:
    """How far the accuracy fell, in points and in percent, from counts, which need no rounding."""
    first, last = int(before.matrix.trace()), int(after.matrix.trace())
    lost, images = first - last, before.images
    return {
        "In points": f"({first} − {last}) ÷ {images} = **{100 * lost / images:.1f}**",
        "In percent": f"({first} − {last}) ÷ {first} = **{100 * lost / first:.1f} %**",
    }


def shares(figure: Figure) -> list[tuple[str, float]]:
    """Every share a classification report has, and those it leaves out."""
    named = list(zip(LABELS, WORDS, strict=True))
    kinds = ("recall", "precision", "f1-score")
    found = [
        (f"{kind}, {word.lower()}", float(figure.report[name][kind]))
        for kind in kinds
        for name, word in named
    ]
    wrong = [
        (f"taken for the other class, {word.lower()}", 1 - float(figure.report[name]["recall"]))
        for name, word in named
    ]
    return [*found, *wrong, ("accuracy", figure.accuracy)]


POINT = Point("Percent or points", _show)
