"""Point 2: how many steps an epoch of these photographs has."""

from __future__ import annotations

from math import ceil

import streamlit as st

from facemask_core.paper.printed import Paper
from facemask_ui.base import settings
from facemask_ui.paper.points.base import Point, table


def _show(paper: Paper, model: str) -> None:
    batch, printed = paper.training.batch_size, paper.training.steps_per_epoch
    tested = paper.figure("none").images
    left = paper.data.images - tested
    st.markdown(
        f"The paper trains with batches of {batch} and counts **{printed} steps** an epoch. What "
        "its own figures leave for training gives fewer, and a validation set would take more away."
    )
    table(
        [
            {"Sum": f"All photographs ({paper.data.where})", "": f"{paper.data.images:,}"},
            {"Sum": "− tested (Figure 9)", "": f"− {tested:,}"},
            {"Sum": "= left for training and validation", "": f"{left:,}"},
            {"Sum": f"÷ batch of {batch}, rounded up", "": f"**{steps(left, batch)}** steps"},
            {"Sum": "printed", "": f"**{printed}** steps"},
            {"Sum": "images that many steps need", "": f"{needed(printed, batch)}"},
        ]
    )
    share = st.slider(
        "Kept for validation, of what is left",
        0,
        30,
        format="%d %%",
        **settings.bind("kept", 0, settings.whole(0, 30)),
    )
    kept = round(left * share / 100)
    st.markdown(
        f"{kept:,} for validation leave {left - kept:,} for training: "
        f"**{steps(left - kept, batch)} steps** an epoch."
    )


def steps(images: int, batch: int) -> int:
    """Steps an epoch of so many images."""
    return ceil(images / batch)


def needed(count: int, batch: int) -> str:
    """How many images so many steps stand for."""
    return f"{(count - 1) * batch + 1:,} to {count * batch:,}"


POINT = Point("Steps an epoch", _show)
