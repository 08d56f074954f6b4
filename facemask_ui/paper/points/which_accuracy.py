"""Point 4: three test accuracies for one model."""

from __future__ import annotations

import streamlit as st

from facemask_core.paper.printed import Paper
from facemask_ui.base.palette import keep_together
from facemask_ui.language import number, say
from facemask_ui.paper import words
from facemask_ui.paper.points.base import Point


def _show_accuracies(paper: Paper, model: str) -> None:
    figure = paper.figure("none")
    st.markdown(_say("text"))
    right = int(figure.matrix.trace())
    lines = [
        _say(
            "said",
            percent=_write_percent(words.write_plain(saying.percent)),
            about=saying.about,
            where=words.name_place(saying.where),
            quote=saying.quote,
        )
        for saying in paper.sayings
    ]
    (a, _), (_, d) = figure.confusion
    lines.append(
        _say(
            "follows",
            percent=_write_percent(number(100 * figure.accuracy, 2)),
            number=figure.number,
            sum=f"({a} + {d}) ÷ {figure.images} = {right} ÷ {figure.images}",
        )
    )
    st.markdown("\n".join(f"- {line}" for line in lines))


def _write_percent(number: str) -> str:
    return keep_together(say("percentage.is", number=number))


def _say(key: str, **values: object) -> str:
    return say(f"paper.points.which_accuracy.{key}", **values)


POINT = Point("which_accuracy", _show_accuracies)
