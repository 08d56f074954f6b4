"""The seven points, in the order of the list; adding one is a file here and a line below."""

from __future__ import annotations

import streamlit as st

from facemask_core.paper.printed import Paper
from facemask_ui.base import settings
from facemask_ui.paper.points import (
    falls,
    scale,
    softmax,
    steps_per_epoch,
    supports,
    weaker,
    which_accuracy,
)
from facemask_ui.paper.points.base import Point

POINTS: tuple[Point, ...] = (
    weaker.POINT,
    steps_per_epoch.POINT,
    supports.POINT,
    which_accuracy.POINT,
    falls.POINT,
    scale.POINT,
    softmax.POINT,
)


def show(paper: Paper, model: str) -> None:
    """Draws the list of points and the chosen one.

    Args:
        paper: What the paper prints.
        model: The model measured here.
    """
    numbers = range(1, len(POINTS) + 1)
    number = st.pills(
        "Point",
        numbers,
        format_func=lambda number: f"{number}. {POINTS[number - 1].title}",
        required=True,
        wrap=True,
        **settings.bind("point", 1, settings.one_of_numbers(numbers)),
    )
    st.header(f"{number}. {POINTS[number - 1].title}", anchor=False)
    POINTS[number - 1].show(paper, model)
