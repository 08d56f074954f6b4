"""A server with rooms for each test."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from served_rooms import Lab, serve

from facemask_ui.base import under_way
from facemask_ui.rooms import Rooms


@pytest.fixture(autouse=True)
def open_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(under_way, "_stopping", threading.Event())


@pytest.fixture
def lab() -> Iterator[Lab]:
    with serve(Rooms()) as served:
        yield served
