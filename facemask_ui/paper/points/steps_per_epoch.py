"""Point 2: an epoch of these photographs has fewer steps than the paper prints."""

from __future__ import annotations

from math import ceil

import streamlit as st

from facemask_core.paper.printed import Paper
from facemask_ui.base import settings
from facemask_ui.language import number, say
from facemask_ui.paper import words
from facemask_ui.paper.points.base import Point, draw_table


def _show_steps(paper: Paper, model: str) -> None:
    batch, printed = paper.training.batch_size, paper.training.steps_per_epoch
    tested = paper.figure("none").images
    left = paper.data.images - tested
    st.markdown(_say("text", batch=batch, printed=printed))
    draw_table(
        [
            {_say("sum"): summand, "": value}
            for summand, value in (
                (_say("all", where=words.name_place(paper.data.where)), number(paper.data.images)),
                (_say("tested"), f"− {number(tested)}"),
                (_say("left"), number(left)),
                (_say("divided", batch=batch), _say("steps", number=count_steps(left, batch))),
                (_say("printed"), _say("steps", number=printed)),
                (_say("needed"), count_images(printed, batch)),
            )
        ]
    )
    share = st.slider(
        _say("kept"),
        0,
        30,
        format="%d %%",
        **settings.bind("kept", 0, settings.whole(0, 30)),
    )
    validation = round(left * share / 100)
    st.markdown(
        _say(
            "result",
            validation=number(validation),
            training=number(left - validation),
            steps=count_steps(left - validation, batch),
        )
    )


def count_steps(images: int, batch: int) -> int:
    """Counts the steps in an epoch of a number of images."""
    return ceil(images / batch)


def count_images(count: int, batch: int) -> str:
    """Counts the images that a number of steps needs, from the least to the most."""
    least, most = (count - 1) * batch + 1, count * batch
    return _say("needed_range", least=number(least), most=number(most))


def _say(key: str, **values: object) -> str:
    return say(f"paper.points.steps_per_epoch.{key}", **values)


POINT = Point("steps_per_epoch", _show_steps)
