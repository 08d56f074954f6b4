"""The addresses that only a room's pages need: how phones join, and an attack without answers."""

from __future__ import annotations

import asyncio

import pytest
from asgi_exchange import Exchange, scope
from starlette.applications import Starlette

from facemask_ui.classroom import routes
from facemask_ui.lesson import subjects
from facemask_ui.rooms import qr

APP = Starlette(routes=routes.build_routes())
PATTERN = 2 * 224 * 224 * 3 // 8
"""Bytes: a bit for each value, where it goes up, and another where it moves."""


def ask(path: str, host: str = "127.0.0.1:8501") -> Exchange:
    exchange = Exchange({"type": "http.request", "body": b"", "more_body": False})
    about = scope("http", path=path, host=host) | {"scheme": "http", "query_string": b""}
    asyncio.run(APP(about, exchange.receive, exchange.send))
    return exchange


def test_the_picture_for_phones_holds_the_address_they_reach() -> None:
    answer = ask("/room/qr/bcd-fgh.svg", "lab.example.org")
    assert answer.text == qr.draw_svg("http://lab.example.org/join/BCDFGH")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert '"http://lab.example.org/join"' in ask("/room/reach", "lab.example.org").text


@pytest.mark.parametrize("code", ["BCDFG", "AEIOUY", "BCDFGHJ", "%00"])
def test_what_is_no_code_has_no_picture(code: str) -> None:
    assert ask(f"/room/qr/{code}.svg").status == 404


def test_an_attack_is_sent_for_the_labs_own_faces_alone() -> None:
    model = subjects.pick_model()
    assert len(ask(f"/room/film/{subjects.BARE}/{model}").content) == PATTERN
    for path in (f"{subjects.BARE}/none", f"../{model}", f"me/{model}"):
        assert ask(f"/room/film/{path}").status == 404
