"""A closed tab's session can come back for a while, and then ends by the clock."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from facemask_ui.choices import own_models
from facemask_ui.page import start
from facemask_ui.server import closed_tabs, compat
from facemask_ui.server.closed_tabs import BACK_SECONDS, SWEEP_SECONDS, ClosedTabs, Reaper


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Server:
    """What the reaper sees of a server."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock = Clock()
        self.tabs = ClosedTabs(self.clock)
        self.ended: list[str] = []
        self.uploads = {"over": {"file": 1}}
        self.late_media: list[bool] = []
        self.removals = 0
        store: Any = SimpleNamespace(measure=lambda: dict(self.uploads), remove=self.uploads.pop)
        self.reaper = Reaper(self.tabs, store)
        monkeypatch.setattr(compat, "list_sessions", lambda: {"open"})
        monkeypatch.setattr(
            compat, "sweep_media", lambda _: self.late_media.pop() if self.late_media else False
        )
        monkeypatch.setattr(compat, "remove_unreferenced_media", self._remove)

    def _remove(self) -> None:
        self.removals += 1

    def close(self, name: str) -> Any:
        def shutdown() -> None:
            if name == "broken":
                raise RuntimeError
            self.ended.append(name)

        info = SimpleNamespace(session=SimpleNamespace(id=name, shutdown=shutdown))
        self.tabs.save(info)
        return info


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    return Server(monkeypatch)


def test_all_is_over_within_a_minute_and_a_short_loss_is_none() -> None:
    assert BACK_SECONDS + 2 * SWEEP_SECONDS < 55, "with seconds to spare for a busy server"
    assert BACK_SECONDS >= 30


def test_a_tab_that_comes_back_in_time_has_its_session(server: Server) -> None:
    info = server.close("tab")
    server.clock.now += BACK_SECONDS - 1
    server.reaper.sweep()
    assert server.tabs.get("tab") is info
    server.tabs.delete("tab")
    server.clock.now += 1000
    server.reaper.sweep()
    assert server.ended == []


def test_a_tab_that_does_not_come_back_is_ended_once(server: Server) -> None:
    server.close("tab")
    server.clock.now += BACK_SECONDS
    assert server.tabs.get("tab") is None, "too late, swept or not"
    for _ in range(5):
        server.reaper.sweep()
    assert server.ended == ["tab"]
    assert server.removals == 2, "a download is removed at the second time"
    assert list(server.tabs.list()) == []


def test_a_tab_that_closes_twice_has_its_time_from_the_second(server: Server) -> None:
    server.close("tab")
    server.clock.now += BACK_SECONDS - 1
    server.close("tab")
    server.clock.now += 2
    server.reaper.sweep()
    assert server.ended == []


def test_of_a_flood_of_closed_tabs_the_first_are_over_at_once(server: Server) -> None:
    for number in range(closed_tabs._MOST + 50):
        server.close(str(number))
    server.reaper.sweep()
    assert server.ended == [str(number) for number in range(50)]


def test_one_fault_keeps_no_other_session(server: Server) -> None:
    server.close("broken")
    server.close("tab")
    server.clock.now += BACK_SECONDS
    server.reaper.sweep()
    assert server.ended == ["tab"]


def test_what_came_after_the_end_goes_as_well(server: Server) -> None:
    server.late_media = [True]
    server.reaper.sweep()
    server.reaper.sweep()
    assert server.removals == 2
    assert server.uploads == {}


def test_a_server_where_nothing_ended_leaves_media_alone(server: Server) -> None:
    """Pages redraw: between two runs nothing refers to a picture that is on the screen."""
    for _ in range(5):
        server.reaper.sweep()
    assert server.removals == 0


def test_models_that_visitors_brought_along_go_with_their_tabs(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    swept: list[object] = []
    monkeypatch.setattr(start, "is_imported", lambda: True)
    monkeypatch.setattr(own_models, "sweep", swept.append)
    server.reaper.sweep()
    assert swept == [{"open"}]
