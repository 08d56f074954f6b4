"""What Streamlit cannot do: scroll a new chapter to its start, enlarge options."""

from __future__ import annotations

import streamlit as st

from facemask_ui.base import browser

_CSS, _JS = browser.read_texts(__file__, "place.css", "place.js")


def mark_place(chapter: int) -> None:
    """Tells the browser the chapter, by an invisible element after it.

    Args:
        chapter: The number of the chapter on the screen.
    """
    # Not isolated: its few rules are for Streamlit's own options, which are too small to touch.
    component = st.components.v2.component("lesson_place", css=_CSS, js=_JS, isolate_styles=False)
    with st.container(gap=None, key="lesson-place"):
        component(data={"chapter": chapter}, key="place", height=1)
