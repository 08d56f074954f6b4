"""Addresses of the lab beside its pages and Streamlit's own: one line for each."""

from __future__ import annotations

from pathlib import Path

from starlette.routing import Route

from facemask_ui import classroom
from facemask_ui.classroom import page
from facemask_ui.classroom import routes as class_routes
from facemask_ui.rooms import ROOMS, routes
from facemask_ui.server import device_files, lesson_file, readiness

_PAGES = routes.Pages(page.pupil_page, page.projector_page, Path(classroom.__file__).parent)


def build_routes() -> list[Route]:
    """Builds the addresses."""
    return [
        Route(readiness.PATH, readiness.answer),
        *device_files.ROUTES,
        *class_routes.build_routes(),
        *lesson_file.ROUTES,
        *routes.build_routes(ROOMS, _PAGES),
    ]
