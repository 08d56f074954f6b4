"""What Inspect looks at: one picture, many, or a live camera."""

from __future__ import annotations

import streamlit as st

from facemask_ui.base import settings
from facemask_ui.language import say

PICTURE, SEVERAL, LIVE = VIEWS = ("picture", "several", "live")
_ICONS = {
    PICTURE: ":material/image:",
    SEVERAL: ":material/photo_library:",
    LIVE: ":material/videocam:",
}


def choose_view() -> str:
    """Shows the choice of view.

    Returns:
        ``picture``, ``several`` or ``live``.
    """
    return str(
        st.segmented_control(
            say("inspect.view.look_at"),
            VIEWS,
            format_func=lambda name: f"{_ICONS[name]} {say(f'inspect.view.{name}')}",
            required=True,
            label_visibility="collapsed",
            **settings.bind("view", PICTURE, settings.one_of(VIEWS)),
        )
    )


def show_one_picture() -> None:
    """Goes back to the view of one picture; for a button's callback, before the page is drawn."""
    settings.remember("view", PICTURE, PICTURE)
