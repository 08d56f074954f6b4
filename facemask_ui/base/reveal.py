"""Brings a place of the page into the window, after a click that has opened something there."""

from __future__ import annotations

import streamlit as st

from facemask_ui.base import browser

_COUNT = "reveal"
(_JS,) = browser.read_texts(__file__, "reveal.js")


def request() -> None:
    """Requests that the page's next run brings its place into the window."""
    st.session_state[_COUNT] = int(st.session_state.get(_COUNT, 0)) + 1


def follow(place: str) -> None:
    """Brings a place into the window once after each request.

    Args:
        place: The key of the container.
    """
    component = st.components.v2.component("reveal", js=_JS)
    data = {"count": int(st.session_state.get(_COUNT, 0)), "place": place}
    component(data=data, key="reveal-place", height=1)
