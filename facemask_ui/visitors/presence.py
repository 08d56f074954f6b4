"""Where a page's run ends whose visitor has left, or wants something else by now."""

from __future__ import annotations

import streamlit as st


def check() -> None:
    """Ends the run that calls it, if its visitor no longer waits for it.

    Streamlit ends such a run where it draws or reads its session, so that a loop that waits for
    something else would never end.
    """
    st.session_state.get("page")
