"""A stage with the choices beside it; on a narrow screen the choices follow the stage."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from facemask_ui.base import browser

(_CSS,) = browser.read_texts(__file__, "bench.css")


def split_bench(*, choices: bool) -> tuple[DeltaGenerator, DeltaGenerator]:
    """Lays out the stage, and the choices where there are any.

    The stage comes first, so that a keyboard reaches it before the choices. Where the two do not
    fit beside each other, what the page draws in a container of the key ``faces`` stands above the
    stage, and the other choices below it.

    Args:
        choices: Whether there are choices to draw; otherwise the stage has the whole width.

    Returns:
        Where the stage is drawn, and where the choices are.
    """
    st.html(f"<style>{_CSS}</style>")
    with st.container(horizontal=True, key="bench", gap="medium"):
        stage = st.container(key="stage", gap="small")
        side = st.container(key="choices") if choices else stage
    return stage, side
