"""The way to the lesson as one file, which opens from a stick without a network."""

from __future__ import annotations

import streamlit as st

from facemask_ui.language import read_current, say
from facemask_ui.lesson.links import find_lab
from facemask_ui.ondevice import files


def show_link(*, page: str) -> None:
    """Shows links that save the file and that open it, where the lab can make it.

    Args:
        page: The page that the links stand on, as its address ends.
    """
    if not files.list_models():
        return
    address = f"{find_lab(st.context.url, page)}/lesson.html?lang={read_current().language}"
    with st.container(border=True):
        st.markdown(f"**{say('lesson.take_home.title')}**")
        st.caption(say("lesson.take_home.about"))
        with st.container(horizontal=True, gap="small"):
            st.link_button(
                say("lesson.take_home.save"), f"{address}&save=1", icon=":material/download:"
            )
            st.link_button(say("lesson.take_home.open"), address, icon=":material/open_in_new:")
