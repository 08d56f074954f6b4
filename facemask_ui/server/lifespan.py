"""What holds from the server's start to its end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st

from facemask_ui import compat
from facemask_ui.server import network

_HEADER_SECONDS = 15.0
"""A browser sends the lines before a request's body in one piece."""


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Prepares the server before the first visitor comes, and tidies up after the last.

    Args:
        _app: The server's ASGI application.
    """
    compat.keep_uploads_in_memory()
    network.stay_offline()
    network.end_half_sent_requests(_HEADER_SECONDS)
    yield
