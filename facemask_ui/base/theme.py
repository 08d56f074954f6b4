"""Light or dark: what is drawn on the server is drawn anew when the browser's choice changes.

Streamlit tells a page's run which of the two it is drawn for, but begins no run when that changes,
and what it tells the first run of a session may be wrong.
"""

from __future__ import annotations

import streamlit as st

from facemask_ui.base import browser

_KEY = "theme"
_HTML = '<span class="look"></span>'
_CSS = ".look { color: var(--st-background-color); transition: color 1ms; }"
(_JS,) = browser.texts(__file__, "theme.js")


def dark() -> bool:
    """Whether the visitor's page is dark."""
    return st.context.theme.type == "dark"


def follow() -> None:
    """Has the page run again when it is light or dark otherwise than this run was told."""
    component = st.components.v2.component(_KEY, html=_HTML, css=_CSS, js=_JS)
    component(data={"dark": dark()}, key=_KEY, height=1, on_changed_change=lambda: None)
