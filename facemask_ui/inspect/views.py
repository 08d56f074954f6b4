"""What Inspect looks at: one picture, many, or a live camera."""

from __future__ import annotations

import streamlit as st

from facemask_ui.base import settings

PICTURE, SEVERAL, LIVE = VIEWS = ("picture", "several", "live")
_TITLES = {
    PICTURE: ":material/image: One picture",
    SEVERAL: ":material/photo_library: Several",
    LIVE: ":material/videocam: Live camera",
}


def choose_view() -> str:
    """Shows the choice of view.

    Returns:
        ``picture``, ``several`` or ``live``.
    """
    return str(
        st.segmented_control(
            "Look at",
            VIEWS,
            format_func=lambda name: _TITLES[name],
            required=True,
            label_visibility="collapsed",
            **settings.bind("view", PICTURE, settings.one_of(VIEWS)),
        )
    )


def show_one_picture() -> None:
    """Goes back to the view of one picture; for a button's callback, before the page is drawn."""
    settings.remember("view", PICTURE, PICTURE)
