"""Whether the server can answer visitors now, for whatever sends them: ``/_lab/ready``.

The server's health says that its process lives. Ready it is once a model is loaded, its folder can
be written, and reports find a worker; and no longer once it is asked to stop.
"""

from __future__ import annotations

import tempfile
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor

from starlette.requests import Request
from starlette.responses import JSONResponse

from facemask_core.errors import FacemaskError
from facemask_ui.base import under_way
from facemask_ui.page import start

PATH = "/_lab/ready"
_FRESH_SECONDS = 1.0
"""Strangers may ask as often as they like; the disk is asked once a second."""


class Readiness:
    """The state of the server's parts; asking for it begins to load what is not loaded yet."""

    def __init__(self) -> None:
        """Begins with nothing known."""
        self._lock = threading.Lock()
        self._loading: Future[None] | None = None
        self._checked = -_FRESH_SECONDS
        self._parts: dict[str, bool] = {}

    def read_parts(self) -> dict[str, bool]:
        """Reads which parts of the server are ready, by name."""
        with self._lock:
            if time.monotonic() - self._checked >= _FRESH_SECONDS:
                models = self._are_models_loaded()
                # Not before: one thread alone is to import what these need.
                known = start.is_imported()
                self._parts = {
                    "models": models,
                    "store": known and _is_store_writable(),
                    "worker": known and _is_worker_alive(),
                }
                self._checked = time.monotonic()
            return {**self._parts, "open": not under_way.is_stopping()}

    def _are_models_loaded(self) -> bool:
        if self._loading is None or (self._loading.done() and self._loading.exception()):
            self._loading = ThreadPoolExecutor(1, thread_name_prefix="ready").submit(_load_lightest)
        return self._loading.done() and self._loading.exception() is None


def _load_lightest() -> None:
    start.begin_import().result()
    from facemask_ui.choices import models

    models.load(models.shipped()[0])


def _is_store_writable() -> bool:
    from facemask_ui.reports import server

    try:
        home = server.open_queue().home
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home) as file:
            file.write(b"\0" * 4096)
            file.flush()
    except (OSError, FacemaskError):
        return False
    return True


def _is_worker_alive() -> bool:
    """Whether a worker computes reports, or would start as soon as one is asked for."""
    from facemask_ui.reports import server

    try:
        return server.start_supervisor().problem is None
    except (OSError, FacemaskError):
        return False


_READINESS = Readiness()


def answer(_request: Request) -> JSONResponse:
    """Answers 200 if all parts are ready, else 503, and names them as JSON.

    Args:
        _request: The request; everyone gets the same answer.
    """
    parts = _READINESS.read_parts()
    ready = all(parts.values())
    return JSONResponse(
        {"ready": ready, **parts},
        status_code=200 if ready else 503,
        headers={"Cache-Control": "no-store"},
    )
