"""What a keyboard reaches first on a page with a stage: a way straight to its slider."""

from __future__ import annotations

import streamlit as st

from facemask_ui.base import browser
from facemask_ui.language import say

_HTML = '<button type="button" class="skip"></button>'
# Out of sight until it has the focus, as such links are; then over what else stands there.
_CSS = """
.skip { position: absolute; left: -999rem; font: inherit; color: var(--st-text-color);
  background: var(--st-background-color); border: 0; cursor: pointer; }
.skip:focus { left: 0; top: 0; z-index: 1; padding: 6px 12px; white-space: nowrap;
  border-radius: var(--st-base-radius); outline: 3px solid var(--st-primary-color); }
"""
(_JS,) = browser.read_texts(__file__, "skip_link.js")


def draw_skip_link() -> None:
    """Draws it, out of sight until it has the focus."""
    component = st.components.v2.component("skip_link", html=_HTML, css=_CSS, js=_JS)
    component(data={"label": say("frame.skip")}, key="skip", height="content", width=1)
