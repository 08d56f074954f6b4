"""The addresses at which a browser gets the engine and its models: ``/device/…``.

A file is made once in a process, and compressed once. Everyone gets the same.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from facemask_core.errors import FacemaskError
from facemask_ui.ondevice import files
from facemask_ui.page import start

_KEEP = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
"""A browser keeps the file, but asks each time whether it is still the one."""
_MEDIA_TYPES = {
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "wasm": "application/wasm",
    "webmanifest": "application/manifest+json",
    "safetensors": "application/octet-stream",
}
_UNUSABLE = "This model cannot be loaded now; the server's log says why.\n"
_log = logging.getLogger(__name__)

Contents = dict[str, bytes]


@dataclass(frozen=True)
class DeviceFile:
    """A file, ready to be sent.

    Attributes:
        content: Its bytes.
        compressed: The same by gzip.
        tag: A hash of its content, as the header ``ETag`` has it.
        media_type: What it is.
    """

    content: bytes
    compressed: bytes
    tag: str
    media_type: str


class Shelf:
    """The files that were made; one thread makes them, so that nothing is made twice."""

    def __init__(self) -> None:
        """Begins with none."""
        self._lock = threading.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="device")
        self._files: dict[str, Future[dict[str, DeviceFile]]] = {}

    async def get(self, key: str, make: Callable[[], Contents]) -> dict[str, DeviceFile]:
        """Gets the files of a key; what failed before is tried again.

        Args:
            key: What tells them from others, and from another version of them.
            make: Makes them.
        """
        with self._lock:
            known = self._files.get(key)
            if known is None or (known.done() and known.exception()):
                known = self._files[key] = self._thread.submit(_make_files, make)
        return await asyncio.shield(asyncio.wrap_future(known))


def _make_files(make: Callable[[], Contents]) -> dict[str, DeviceFile]:
    start.begin_import().result()
    return {
        name: DeviceFile(
            content,
            gzip.compress(content, mtime=0),
            f'"{hashlib.sha256(content).hexdigest()}"',
            _MEDIA_TYPES[name.rpartition(".")[2]],
        )
        for name, content in make().items()
    }


SHELF = Shelf()
"""The files of this process."""


async def answer_common(request: Request) -> Response:
    """Answers with a file that belongs to no model.

    Args:
        request: Its path ends with the file's name.
    """
    name = request.url.path.rpartition("/")[2]
    made = await SHELF.get(name, lambda: {name: files.COMMON_FILES[name]()})
    return send(made[name], files.read_version(name), request)


async def answer_model(request: Request) -> Response:
    """Answers with a model's file; what cannot be had, with a sentence.

    Args:
        request: Its path names the model and the file.
    """
    name, file = request.path_params["name"], request.path_params["file"]
    try:
        names, version = await asyncio.to_thread(_find_version, name)
        if version is None or file not in files.MODEL_FILES:
            return _refuse(names)
        made = await SHELF.get(f"{name} {version}", lambda: files.write_model(name))
    except (FacemaskError, OSError):
        _log.exception("A model could not be written for browsers.")
        return PlainTextResponse(
            "This model cannot be loaded now; the server's log says why.\n", 503
        )
    return send(made[file], version, request)


async def answer_finder(request: Request) -> Response:
    """Answers with a file of the face finder; what cannot be had, with a sentence.

    Args:
        request: Its path ends with the file's name.
    """
    try:
        made = await SHELF.get("finder", files.write_finder)
        version = await asyncio.to_thread(files.read_finder_version)
    except (FacemaskError, OSError):
        _log.exception("The face finder could not be written for browsers.")
        sentence = "The face finder cannot be loaded now; the server's log says why.\n"
        return PlainTextResponse(sentence, 503)
    return send(made[request.url.path.rpartition("/")[2]], version, request)


def _find_version(name: str) -> tuple[list[str], str | None]:
    """Finds which models there are for a browser, and the version of one if it is among them."""
    start.begin_import().result()
    names = files.list_models()
    return names, files.read_model_version(name) if name in names else None


def _refuse(names: list[str]) -> Response:
    sentence = (
        f"A browser gets {' or '.join(files.MODEL_FILES)} of {' or '.join(names)}; the "
        "other models are too slow for it."
        if names
        else "This lab offers no model that a browser can compute."
    )
    return PlainTextResponse(f"{sentence}\n", 404)


def send(file: DeviceFile, version: str, request: Request) -> Response:
    """Sends a file, or that the browser has it already.

    Args:
        file: The file.
        version: Its version, which the address may name.
        request: What the browser asked.
    """
    headers = {
        "Cache-Control": _KEEP if request.query_params.get("v") == version else _ASK_AGAIN,
        "ETag": file.tag,
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }
    if file.tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(file.content, media_type=file.media_type, headers=headers)
    headers["Content-Encoding"] = "gzip"
    return Response(file.compressed, media_type=file.media_type, headers=headers)


ROUTES = [
    *(Route(f"/{files.PREFIX}/{name}", answer_common) for name in files.COMMON_FILES),
    *(Route(f"/{files.PREFIX}/{name}", answer_finder) for name in files.FINDER_FILES),
    Route(f"/{files.PREFIX}/models/{{name}}/{{file}}", answer_model),
]
