"""The points that do not add up; a new one is a file here and a line below."""

from __future__ import annotations

import streamlit as st

from facemask_core.paper.printed import Paper
from facemask_ui.base import settings
from facemask_ui.language import say
from facemask_ui.paper.points import (
    composition,
    defence,
    downhill,
    falls,
    scale,
    softmax,
    steps_per_epoch,
    still_right,
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
    defence.POINT,
    downhill.POINT,
    still_right.POINT,
    composition.POINT,
)


def show_points(paper: Paper, model: str) -> None:
    """Shows the list of points, and one point of the visitor's choice.

    Args:
        paper: The paper's printed figures.
        model: The name of the model measured here.
    """
    numbers = range(1, len(POINTS) + 1)
    number = st.pills(
        say("paper.points.choose"),
        numbers,
        format_func=_write_title,
        required=True,
        wrap=True,
        **settings.bind("point", 1, settings.one_of_numbers(numbers)),
    )
    st.header(_write_title(number), anchor=False)
    POINTS[number - 1].show(paper, model)


def _write_title(number: int) -> str:
    return say("paper.points.titled", number=number, title=POINTS[number - 1].title)
