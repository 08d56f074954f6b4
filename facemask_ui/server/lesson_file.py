"""The lesson as one file at ``/lesson.html``, for devices that compute by themselves.

A browser asks each time whether its copy is still the one, which costs a line; over HTTPS a service
worker keeps the page even without a network. With ``save`` in its address it is the file for a
stick, which has no service worker.
"""

from __future__ import annotations

import logging
import re

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from facemask_core.errors import FacemaskError
from facemask_ui.language.texts import DEFAULT, LANGUAGES
from facemask_ui.server import device_files

_PAGE, _FILE = "lesson.html", "file.html"
_WORKER = "lesson-worker.js"
_ONE = re.compile(r"[a-z]{2}")
_log = logging.getLogger(__name__)


async def answer_page(request: Request) -> Response:
    """Answers with the lesson, in the language that the address or the browser names.

    Args:
        request: Its query may have ``lang``, and ``save`` for a file to keep.
    """
    language = _choose_language(request)
    if "save" not in request.query_params:
        return await _answer(language, _PAGE, request)
    response = await _answer(language, _FILE, request)
    name = f"face-mask-lab-lesson-{language}.html"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


async def answer_beside(request: Request) -> Response:
    """Answers with the manifest of a language, or with the service worker.

    Args:
        request: Its path ends with the file's name.
    """
    name = request.url.path.rpartition("/")[2]
    language = DEFAULT if name == _WORKER else name.removeprefix("lesson-").partition(".")[0]
    return await _answer(language, name, request)


async def _answer(language: str, name: str, request: Request) -> Response:
    try:
        make = _make_file if name == _FILE else _make_page
        made = await device_files.SHELF.get(f"{make.__name__} {language}", lambda: make(language))
    except (FacemaskError, OSError):
        _log.exception("The lesson's file could not be made.")
        return PlainTextResponse("The lesson cannot be made now; the server's log says why.\n", 503)
    response = device_files.send(made[name], "", request)
    response.headers["Vary"] = "Accept-Encoding, Accept-Language"
    return response


def _make_page(language: str) -> dict[str, bytes]:
    from facemask_ui.lesson_file import installation

    return installation.make_files(language, query=f"?lang={language}")


def _make_file(language: str) -> dict[str, bytes]:
    from facemask_ui.lesson_file import installation

    return {_FILE: installation.write_lesson(language).encode()}


def _choose_language(request: Request) -> str:
    """Chooses the language of the address, else the first one the browser accepts that there is."""
    wished = _ONE.findall(request.headers.get("accept-language", "").lower()[:200])
    wishes = (request.query_params.get("lang", ""), *wished)
    return next((wish for wish in wishes if wish in LANGUAGES), DEFAULT)


ROUTES = [
    Route(f"/{_PAGE}", answer_page),
    *(
        Route(f"/{name}", answer_beside)
        for name in (_WORKER, *(f"lesson-{language}.webmanifest" for language in LANGUAGES))
    ),
]
