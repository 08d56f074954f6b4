"""A browser gets the engine and the models by plain addresses, and keeps what it got."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from asgi_exchange import Exchange, scope
from starlette.applications import Starlette

from facemask_core.errors import CheckpointError, FaceFinderError
from facemask_core.models import checkpoints
from facemask_ui import ondevice
from facemask_ui.ondevice import files
from facemask_ui.server import device_files
from facemask_ui.server.routes import build_routes

MODEL = "mobilenetv3"


Ask = Callable[..., Exchange]


@pytest.fixture(scope="module")
def ask() -> Ask:
    app = Starlette(routes=build_routes())

    def send(address: str, method: str = "GET", **headers: str) -> Exchange:
        path, _, query = address.partition("?")
        request = scope("http", path=path, method=method, **headers)
        exchange = Exchange({"type": "http.request", "body": b""})
        asyncio.run(
            app(request | {"query_string": query.encode()}, exchange.receive, exchange.send)
        )
        return exchange

    return send


def test_a_browser_gets_all_it_needs_to_compute(ask: Ask) -> None:
    addresses = files.list_addresses(files.list_models())
    assert len(addresses) == len(files.COMMON_FILES) + 2 * 2
    contents = {}
    for name, address in addresses.items():
        answer = ask(f"/{address}", accept_encoding="gzip, br")
        content = contents[name] = gzip.decompress(answer.content)
        assert answer.status == 200
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["etag"] == f'"{hashlib.sha256(content).hexdigest()}"'
        assert answer.headers["content-encoding"] == "gzip"
        assert int(answer.headers["content-length"]) == len(answer.content) < len(content)
    assert contents["engine.wasm"] == ondevice.ENGINE.read_bytes()
    assert b"class Device" in contents["engine.js"]
    assert b"onmessage" in contents["worker.js"]
    assert json.loads(contents["attacks.json"])["levels"] == 255
    plan = json.loads(contents[f"models/{MODEL}/plan.json"])
    weights = contents[f"models/{MODEL}/weights.safetensors"]
    assert plan["weights_sha256"] == hashlib.sha256(weights).hexdigest()


def test_a_browser_gets_the_face_finder_where_a_page_wants_it(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses = files.list_addresses([], finder=True)
    plan, weights = (ask(f"/{addresses[name]}") for name in files.FINDER_FILES)
    assert "immutable" in plan.headers["cache-control"]
    assert "immutable" in weights.headers["cache-control"]
    digest = json.loads(plan.content)["weights_sha256"]
    assert digest == hashlib.sha256(weights.content).hexdigest()

    def fail() -> dict[str, bytes]:
        raise FaceFinderError("The face finder's weights are missing.")

    monkeypatch.setattr(device_files, "SHELF", device_files.Shelf())
    monkeypatch.setattr(files, "write_finder", fail)
    assert ask("/device/face-finder.json").status == 503


def test_without_its_version_a_browser_asks_again_and_is_sent_nothing_twice(ask: Ask) -> None:
    first = ask(f"/device/engine.wasm?v={'0' * 16}")
    assert first.headers["cache-control"] == "no-cache"
    assert first.headers["content-type"] == "application/wasm"
    assert first.content == ondevice.ENGINE.read_bytes()
    again = ask("/device/engine.wasm", if_none_match=first.headers["etag"])
    assert (again.status, again.content) == (304, b"")


def test_another_model_or_file_is_refused_with_a_sentence(ask: Ask) -> None:
    for path in (
        "vgg19/plan.json",
        "vgg19/weights.safetensors",
        "nosuch/plan.json",
        f"{MODEL}/card.json",
        "../card.json",
    ):
        answer = ask(f"/device/models/{path}")
        assert answer.status == 404
        assert answer.text.count(".\n") == 1
        assert MODEL in answer.text
    assert ask("/device/engine.wasm", "POST").status == 405


def test_a_damaged_model_is_told_in_a_sentence_and_tried_again(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(device_files, "SHELF", device_files.Shelf())

    def fail(_name: str) -> dict[str, bytes]:
        raise CheckpointError(f"{tmp_path} is damaged.")

    monkeypatch.setattr(files, "write_model", fail)
    answer = ask(f"/device/models/{MODEL}/plan.json")
    assert answer.status == 503
    assert str(tmp_path) not in answer.text
    made = {"plan.json": b"{}", "weights.safetensors": b""}
    monkeypatch.setattr(files, "write_model", lambda _name: made)
    assert ask(f"/device/models/{MODEL}/plan.json").content == b"{}"


def test_a_changed_model_has_another_version(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = files.read_model_version(MODEL)
    card = (checkpoints.locate(MODEL) / checkpoints.CARD_FILE).read_bytes()
    (tmp_path / checkpoints.CARD_FILE).write_bytes(card)
    monkeypatch.setattr(checkpoints, "locate", lambda _name: tmp_path)
    assert files.read_model_version(MODEL) == before
    (tmp_path / checkpoints.CARD_FILE).write_bytes(card + b" ")
    assert files.read_model_version(MODEL) != before
