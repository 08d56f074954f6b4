"""Addresses of the lab beside its pages and Streamlit's own: one line for each."""

from __future__ import annotations

from starlette.routing import Route

from facemask_ui.server import readiness


def build_routes() -> list[Route]:
    """Builds the addresses."""
    return [Route(readiness.PATH, readiness.answer)]
