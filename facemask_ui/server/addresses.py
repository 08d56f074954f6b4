"""The addresses of the server that browsers need, and those that only a developer does.

Streamlit answers anyone who asks for its counters, for a description of the app for programs, and
for its sign-in. There is nothing at such an address, but for a browser on the server itself in the
mode ``local``.
"""

from __future__ import annotations

import re

import streamlit as st
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from facemask_ui.server.client_address import comes_from_developer

_OWN = re.compile(r"/*(?:[^/]+/)*?_stcore(?:/+|$)")
_NEEDED = re.compile(r"(?:health|host-config|stream|upload_file/.+|bidi-components/.+)$")
_SIGN_IN = re.compile(r"/+(?:auth/.*|oauth2callback)$")


class AddressFilter:
    """Closes the addresses that no visitor's browser asks for."""

    def __init__(self, app: ASGIApp) -> None:
        """Stands before an application.

        Args:
            app: Streamlit's.
        """
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on requests for addresses that visitors need."""
        if scope["type"] != "http" or comes_from_developer(scope) or is_needed(scope["path"]):
            await self._app(scope, receive, send)
        else:
            await PlainTextResponse("Not found\n", status_code=404)(scope, receive, send)


def is_needed(path: str) -> bool:
    """Returns whether visitors' browsers ask for an address.

    Args:
        path: The address without host and query.
    """
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    path = path.removeprefix(f"/{base}") if base else path
    if own := _OWN.match(path):
        return _NEEDED.match(path, own.end()) is not None
    return _SIGN_IN.match(path) is None
