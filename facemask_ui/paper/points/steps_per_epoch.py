"""Point 2: an epoch of these photographs has fewer steps than the paper prints."""

from __future__ import annotations

from math import ceil

import streamlit as st

from facemask_core.paper.printed import Paper
from facemask_ui.base import settings
from facemask_ui.paper.points.base import Point, draw_table


def _show_steps(paper: Paper, model: str) -> None:
    batch, printed = paper.training.batch_size, paper.training.steps_per_epoch
    tested = paper.figure("none").images
    left = paper.data.images - tested
    st.markdown(
        f"The paper trains with batches of {batch} and counts **{printed} steps** an epoch. What "
        "its own figures leave for training gives fewer, and a validation set would take more away."
    )
    draw_table(
        [
            {"Sum": f"All photographs ({paper.data.where})", "": f"{paper.data.images:,}"},
            {"Sum": "− tested (Figure 9)", "": f"− {tested:,}"},
            {"Sum": "= left for training and validation", "": f"{left:,}"},
            {"Sum": f"÷ batch of {batch}, rounded up", "": f"**{count_steps(left, batch)}** steps"},
            {"Sum": "printed", "": f"**{printed}** steps"},
            {"Sum": "images that many steps need", "": f"{count_images(printed, batch)}"},
        ]
    )
    share = st.slider(
        "Kept for validation, of what is left",
        0,
        30,
        format="%d %%",
        **settings.bind("kept", 0, settings.whole(0, 30)),
    )
    validation = round(left * share / 100)
    st.markdown(
        f"{validation:,} for validation leave {left - validation:,} for training: "
        f"**{count_steps(left - validation, batch)} steps** an epoch."
    )


def count_steps(images: int, batch: int) -> int:
    """Counts the steps in an epoch of a number of images."""
    return ceil(images / batch)


def count_images(count: int, batch: int) -> str:
    """Counts the images that a number of steps needs, from the least to the most."""
    return f"{(count - 1) * batch + 1:,} to {count * batch:,}"


POINT = Point("Steps an epoch", _show_steps)
