"""The lab hands out the lesson as one file, in the reader's language, and once to a browser."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from asgi_exchange import Exchange, scope
from starlette.applications import Starlette

from facemask_core.errors import CheckpointError
from facemask_ui.lesson_file import installation
from facemask_ui.server import device_files
from facemask_ui.server.routes import build_routes

Ask = Callable[..., Exchange]


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Ask:
    monkeypatch.setattr(device_files, "SHELF", device_files.Shelf())
    monkeypatch.setattr(installation, "write_lesson", lambda language, **_: f"in {language}")
    app = Starlette(routes=build_routes())

    def send(address: str, **headers: str) -> Exchange:
        path, _, query = address.partition("?")
        request = scope("http", path=path, **headers) | {"query_string": query.encode()}
        exchange = Exchange({"type": "http.request", "body": b""})
        asyncio.run(app(request, exchange.receive, exchange.send))
        return exchange

    return send


@pytest.mark.parametrize(
    ("address", "accepted", "language"),
    [
        ("/lesson.html?lang=fr", "en", "fr"),
        ("/lesson.html?lang=xx", "fr-CH, en;q=0.8", "fr"),
        ("/lesson.html", "de, *;q=0.5", "en"),
        ("/lesson.html", "", "en"),
    ],
)
def test_the_language_is_the_addresss_or_the_browsers(
    ask: Ask, address: str, accepted: str, language: str
) -> None:
    answer = ask(address, accept_language=accepted)
    assert answer.status == 200
    assert answer.content == f"in {language}".encode()
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


def test_a_browser_loads_the_page_once(ask: Ask) -> None:
    first = ask("/lesson.html?lang=en")
    again = ask("/lesson.html?lang=en", if_none_match=first.headers["etag"])
    assert again.status == 304
    assert not again.content


def test_a_file_to_keep_has_a_name_and_nothing_beside_it(ask: Ask) -> None:
    answer = ask("/lesson.html?lang=fr&save=1")
    assert answer.content == b"in fr"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    name = 'attachment; filename="face-mask-lab-lesson-fr.html"'
    assert answer.headers["content-disposition"] == name
    assert "content-disposition" not in ask("/lesson.html?lang=fr").headers


def test_manifest_and_worker_stand_beside_the_page(ask: Ask) -> None:
    manifest = ask("/lesson-fr.webmanifest")
    assert manifest.headers["content-type"].startswith("application/manifest+json")
    assert b'"start_url": "lesson.html?lang=fr"' in manifest.content
    worker = ask("/lesson-worker.js")
    assert worker.headers["content-type"].startswith("text/javascript")
    assert ask("/lesson-xx.webmanifest").status == 404


def test_a_damaged_model_costs_the_lesson_alone(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_language: str, **_: object) -> str:
        raise CheckpointError("damaged")

    monkeypatch.setattr(installation, "write_lesson", fail)
    answer = ask("/lesson.html")
    assert answer.status == 503
    assert b"damaged" not in answer.content
