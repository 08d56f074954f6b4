"""What holds from the server's start to its end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st

from facemask_ui import compat


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Prepares the server before the first visitor comes, and tidies up after the last.

    Args:
        _app: The server's ASGI application.
    """
    compat.keep_uploads_in_memory()
    yield
