"""Whose reports are whose: each visitor's token, which the browser's tab keeps through a reload.

It is in no link and no cookie: neither another tab nor whoever is sent a link has it.
"""

from __future__ import annotations

import re
import secrets

import streamlit as st

from facemask_ui.base import browser

_OWNER, _KEY = "owner", "report-owner"
(_JS,) = browser.read_texts(__file__, "owner.js")


def token() -> str:
    """This visitor's token, which nobody guesses."""
    return str(st.session_state.setdefault(_OWNER, secrets.token_urlsafe(32)))


def keep(*, settled: bool) -> None:
    """Lets the tab keep the token, or give back the one it has from before a reload.

    Args:
        settled: Whether reports were asked for by this token already, so that it has to stay.
    """

    def came() -> None:
        told = accepted(st.session_state.get(_KEY, {}).get("kept"))
        if told is not None and not settled:
            st.session_state[_OWNER] = told

    component = st.components.v2.component("report_owner", js=_JS)
    component(data={"token": token(), "settled": settled}, key=_KEY, height=1, on_kept_change=came)


def accepted(told: object) -> str | None:
    """Checks what came from a browser; None where that is no token."""
    if isinstance(told, str) and re.fullmatch(r"[A-Za-z0-9_-]{43}", told):
        return told
    return None
