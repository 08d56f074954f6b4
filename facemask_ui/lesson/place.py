"""What Streamlit cannot say itself: the language of the page, and that a new chapter has begun."""

from __future__ import annotations

import streamlit as st

from facemask_ui import browser

(_JS,) = browser.texts(__file__, "place.js")


def mark(language: str, chapter: int) -> None:
    """Tells the browser, by an element nobody sees; to be drawn after the chapter.

    Args:
        language: The code of the language the page is in.
        chapter: The number of the chapter on the screen.
    """
    component = st.components.v2.component("lesson_place", js=_JS)
    with st.container(gap=None, key="lesson-place"):
        component(data={"language": language, "chapter": chapter}, key="place", height=1)
