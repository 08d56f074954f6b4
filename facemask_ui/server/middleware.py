"""The middleware before Streamlit's own, outermost first: one line for each."""

from __future__ import annotations

from starlette.middleware import Middleware


def build_middleware() -> list[Middleware]:
    """Builds what every request and websocket passes, outermost first."""
    return []
