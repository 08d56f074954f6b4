"""Light or dark, and in which language: what the server and the browser tell each other.

The server draws its charts again when the browser's theme changes.
Streamlit tells every run of a page which theme the browser has, but begins no run when the theme
changes, and may tell the first run of a session the wrong one.
"""

from __future__ import annotations

import streamlit as st

from facemask_ui.base import browser
from facemask_ui.language import read_current

_KEY = "theme"
_HTML = '<span class="look"></span>'
_CSS = ".look { color: var(--st-background-color); transition: color 1ms; }"
(_JS,) = browser.read_texts(__file__, "theme.js")


def is_dark() -> bool:
    """Returns whether the visitor's page is dark."""
    return st.context.theme.type == "dark"


def write_ink() -> str:
    """Writes the style of what stands on primary buttons, at a contrast of 4.5 or more.

    Streamlit writes white on them, for which the dark theme's accent is too light.
    """
    ink = "#10161D" if is_dark() else "#FFFFFF"
    return f"[data-testid=stBaseButton-primary]:enabled * {{ color: {ink}; }}"


def follow_theme() -> None:
    """Runs the page again when the browser's theme is not the one that this run drew for.

    The browser also learns here which language the page is in, for those who have it read aloud.
    """
    component = st.components.v2.component(_KEY, html=_HTML, css=_CSS, js=_JS)
    component(
        data={"dark": is_dark(), "language": read_current().language},
        key=_KEY,
        height=1,
        on_changed_change=lambda: None,
    )
