"""The lesson as one file at ``/lesson.html``, for devices that compute by themselves.

A browser asks each time whether its copy is still the one, which costs a line; over HTTPS a service
worker keeps the page even without a network.
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

_PAGE = "lesson.html"
_WORKER = "lesson-worker.js"
_ONE = re.compile(r"[a-z]{2}")
_log = logging.getLogger(__name__)


async def answer_page(request: Request) -> Response:
    """Answers with the lesson, in the language that the address or the browser names.

    Args:
        request: Its query may have ``lang``.
    """
    return await _answer(_choose_language(request), _PAGE, request)


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
        made = await device_files.SHELF.get(f"lesson {language}", lambda: _make(language))
    except (FacemaskError, OSError):
        _log.exception("The lesson's file could not be made.")
        return PlainTextResponse("The lesson cannot be made now; the server's log says why.\n", 503)
    response = device_files.send(made[name], "", request)
    response.headers["Vary"] = "Accept-Encoding, Accept-Language"
    return response


def _make(language: str) -> dict[str, bytes]:
    from facemask_ui.lesson_file import installation

    return installation.make_files(language, query=f"?lang={language}")


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
