"""What the teacher's page says of a room that it has lost: by a reload, or with the server."""

from __future__ import annotations

import pytest
from screen import Open

from facemask_ui.classroom import lost_room
from facemask_ui.rooms import ROOMS, RoomError, Rooms, Step
from facemask_ui.rooms.limits import WRONG_CODES


def read(open_page: Open, **query: str) -> str:
    app = open_page("Class", **query)
    assert not app.exception
    assert "room" not in app.query_params
    first = "\n".join(it.value for it in app.warning)
    assert first == "\n".join(it.value for it in app.run().warning), "it stays for the next run"
    return first


def test_a_room_that_went_with_the_server_is_said_to_be_gone(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    rooms = Rooms()
    monkeypatch.setattr(lost_room, "ROOMS", rooms)
    code = rooms.open([Step(kind="welcome", id="welcome")], "en", "teacher").code
    name = f"{code[:3]} {code[3:]}"
    text = read(open_page, room=code)
    assert f"The room {name} is open still" in text
    assert f"facemask rooms end {code}" in text
    rooms.end(code)
    assert "has ended" in read(open_page, room=code)
    monkeypatch.setattr(lost_room, "ROOMS", ROOMS)
    assert f"The room {name} is gone" in read(open_page, room=code.lower())
    assert "The room" not in read(open_page, room="<b>no code</b>")


def test_a_guesser_learns_nothing_from_the_link(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    rooms = Rooms()
    monkeypatch.setattr(lost_room, "ROOMS", rooms)
    code = rooms.open([Step(kind="welcome", id="welcome")], "en", "teacher").code
    monkeypatch.setattr(lost_room.waiting, "find_address", lambda _session: "192.0.2.9")
    for _ in range(int(WRONG_CODES.burst)):
        with pytest.raises(RoomError, match="no room"):
            rooms.find("BBBBBB" if code != "BBBBBB" else "CCCCCC", "192.0.2.9")
    assert code[:3] not in read(open_page, room=code)
