"""Each visitor's token, by which the server knows the visitor's own reports.

The browser keeps it, so that a reload and a new tab show the same reports. It is in no link and no
cookie, so that someone who gets a link does not have it; a private window has one of its own.
"""

from __future__ import annotations

import hashlib
import re
import secrets

import streamlit as st

from facemask_ui import compat
from facemask_ui.base import browser, mode
from facemask_ui.visitors import waiting

_OWNER, _KEY = "owner", "report-owner"
_SALT = secrets.token_bytes(16)
"""Of this process alone: the queue's file shall name no address that could be guessed."""
(_JS,) = browser.read_texts(__file__, "owner.js")


def read_token() -> str:
    """Reads this visitor's token, or makes one that nobody can guess."""
    return str(st.session_state.setdefault(_OWNER, secrets.token_urlsafe(32)))


def find_account() -> str | None:
    """Finds whose share this visitor's reports take: the address's, or None for the visitor's."""
    session = compat.read_session_id()
    if session is None or not mode.read_mode().shares_by_address:
        return None
    address = waiting.find_address(session)
    return "address " + hashlib.sha256(_SALT + address.encode()).hexdigest()[:16]


def keep_token(*, settled: bool) -> None:
    """Lets the browser keep the token, or return the one that it has already.

    Args:
        settled: Whether this token has reports already, so that it has to stay.
    """

    def restore() -> None:
        token = check_token(st.session_state.get(_KEY, {}).get("kept"))
        if token is not None and not settled:
            st.session_state[_OWNER] = token

    component = st.components.v2.component("report_owner", js=_JS)
    data = {"token": read_token(), "settled": settled}
    component(data=data, key=_KEY, height=1, on_kept_change=restore)


def check_token(value: object) -> str | None:
    """Checks a value from a browser; None if it is not a token."""
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9_-]{43}", value):
        return value
    return None
