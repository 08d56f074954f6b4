"""A room as browsers see it: who may what, and what reaches whom."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import time
import weakref
from contextlib import suppress
from typing import Any

import pytest
from served_rooms import Browser, Lab, serve

from facemask_ui.base import under_way
from facemask_ui.rooms import Opened, RoomError, RoomFile, Rooms, Step, codes, streams, sweeping
from facemask_ui.rooms.limits import WRONG_CODES
from facemask_ui.visitors import quiet


def read_table(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def test_a_guess_reaches_the_wall_and_the_truth_leaves_only_when_revealed(lab: Lab) -> None:
    room = lab.open()
    pupil = lab.join(room.code)
    wall, own = lab.watch(room), lab.listen(room, pupil)
    assert own.read()["step"]["kind"] == "welcome"
    lab.move(room, "go", 2)
    state = own.wait_for(ask=2)
    assert (state["step"]["sample"], state["step"]["level"]) == ("astronaut", 4)
    guess = {"pupil": pupil, "step": 2, "ask": 2, "answer": "without_mask"}
    assert lab.post(f"/room/{room.code}/answer", guess) == (200, {})
    assert wall.wait_for(answered=1)["counts"] == {"without_mask": 1}
    lab.post(f"/room/{room.code}/answer", guess | {"answer": "with_mask"})
    asked = wall.wait_for(counts={"with_mask": 1})
    assert "truth" not in asked
    assert "truth" not in own.wait_for(mine={"numbers": {}, "answer": "with_mask"})
    lab.move(room, "reveal")
    truth = {"answer": "with_mask"}
    assert own.wait_for(stage="reveal")["truth"] == wall.wait_for(stage="reveal")["truth"] == truth
    status, late = lab.post(f"/room/{room.code}/answer", guess)
    assert (status, late["error"]) == (409, "closed")


def test_a_guess_belongs_to_one_asking(lab: Lab) -> None:
    room = lab.open()
    pupil = lab.join(room.code)
    lab.move(room, "go", 2)
    guess = {"pupil": pupil, "step": 2, "ask": 2, "answer": "with_mask"}
    lab.post(f"/room/{room.code}/answer", guess)
    assert lab.move(room, "epsilon", 8) == (200, {})
    assert lab.post(f"/room/{room.code}/answer", guess)[1]["error"] == "stale"
    state = lab.listen(room, pupil).read()
    assert (state["ask"], state["step"]["level"], state["mine"]) == (3, 8, {"numbers": {}})
    lab.post(f"/room/{room.code}/answer", guess | {"ask": 3, "answer": "without_mask"})
    rows = read_table(lab.ask("GET", f"/room/{room.code}/answers.csv", secret=room.secret)[1])
    assert rows[0][1:3] == ["sign 4/255", "sign 8/255"]
    assert rows[1][1:3] == ["with_mask", "without_mask"], "what the model says"
    assert rows[2][1:3] == ["with_mask", "without_mask"], "what the pupil said"


def test_a_pupil_has_no_right_of_the_teachers(lab: Lab) -> None:
    room = lab.open()
    pupil = lab.join(room.code)
    paths = [("GET", "watch"), ("GET", "answers.csv"), ("GET", "questions.csv"), ("POST", "move")]
    for secret in ("", pupil, room.code, room.secret[:-1], "é"):
        for method, path in paths:
            message = {"move": "end"} if method == "POST" else None
            headers = {} if secret.isascii() else {"Authorization": "Bearer \xe9"}
            asked = lab.ask(
                method,
                f"/room/{room.code}/{path}",
                message,
                secret if not headers else "",
                **headers,
            )
            assert (asked[0], asked[1]["error"]) == (403, "secret")
    state = lab.listen(room, pupil).read()
    assert not state["ended"]
    assert not {"pupils", "counts", "numbers", "scores", "joined"} & state.keys()
    other = lab.join(room.code)
    assert pupil not in str(lab.watch(room).read()), "nobody learns another's token"
    assert other not in str(lab.watch(room).read())


def test_a_stranger_finds_no_room_and_sees_none(lab: Lab) -> None:
    """Ten thousand codes from one address, as fast as it can: most are not even looked up."""
    room = lab.open("fr")
    lab.join(room.code)
    found = 0
    for _ in range(10_000):
        with suppress(RoomError):
            lab.rooms.find(codes.make_code(), "192.0.2.9")
            found += 1
    assert found == 0
    with pytest.raises(RoomError, match="Too many wrong codes"):
        lab.rooms.find(room.code, "192.0.2.9")
    assert lab.rooms.find(room.code, "192.0.2.10").code == room.code, "others may"
    for path in (f"/room/{codes.make_code()}/events?pupil=x", "/room/AAAAAA/watch"):
        status, answer = lab.ask("GET", path)
        assert (status, set(answer)) == (404, {"error", "sentence"})


def test_the_state_of_a_room_is_told_by_its_code_and_guesses_count(lab: Lab) -> None:
    room = lab.open()
    assert lab.ask("GET", f"/room/{room.code}/state") == (200, {"state": "open"})
    lab.move(room, "end")
    assert lab.ask("GET", f"/room/{room.code}/state") == (200, {"state": "ended"})
    asked = [lab.ask("GET", f"/room/{codes.make_code()}/state") for _ in range(101)]
    assert asked[0] == (200, {"state": "gone"})
    assert asked[-1][1]["error"] == "guesses"


def test_an_address_that_guesses_is_refused_and_its_class_goes_on(lab: Lab) -> None:
    room = lab.open()
    pupil = lab.join(room.code)
    guesser = Browser(lab.port)
    statuses = [
        guesser.post(f"/room/{codes.make_code()}/join", {})[0]
        for _ in range(int(WRONG_CODES.burst) + 5)
    ]
    assert (statuses[0], statuses[-1]) == (404, 429)
    assert guesser.post(f"/room/{room.code}/join", {})[0] == 429
    assert Browser(lab.port, "127.0.0.2").post(f"/room/{room.code}/join", {})[0] == 200
    assert lab.listen(room, pupil).read() is not None, (
        "devices in the room are known by their token"
    )
    assert lab.move(room, "next") == (200, {})


def test_the_page_of_a_code_tells_a_guesser_nothing(lab: Lab) -> None:
    room = lab.open("fr")
    assert lab.ask("GET", f"/join/{room.code}") == (200, b"pupil fr")
    assert lab.ask("GET", "/join/AAAAAA", accept_language="fr-CH,en") == (200, b"pupil fr")
    assert lab.ask("GET", "/join", accept_language="de, en;q=0.5") == (200, b"pupil en")
    for _ in range(int(WRONG_CODES.burst)):
        lab.ask("GET", f"/join/{codes.make_code()}")
    assert lab.ask("GET", f"/join/{room.code}") == (200, b"pupil en"), "not by its language either"


MESSAGES: list[tuple[str, Any, str]] = [
    ("answer", b"", "message"),
    ("answer", b"[]", "message"),
    ("answer", b"{" * 2000, "message"),
    ("answer", b'{"pupil": "' + b"x" * 5000, "large"),
    ("answer", {"pupil": "TOKEN", "step": 0, "ask": 1}, "message"),
    ("answer", {"pupil": "TOKEN", "step": "0", "ask": 1, "answer": "yes"}, "message"),
    ("answer", {"pupil": "TOKEN", "step": -1, "ask": 1, "answer": "yes"}, "message"),
    ("answer", {"pupil": "TOKEN", "step": 0, "ask": 1, "answer": "yes", "face": "x"}, "message"),
    ("answer", {"pupil": "TOKEN", "step": 0, "ask": 1, "answer": "y" * 65}, "message"),
    ("answer", {"pupil": "TOKEN", "step": 0, "ask": 1, "answer": "perhaps"}, "choice"),
    ("answer", b'{"pupil": "\\ud800", "step": 0, "ask": 1, "answer": "yes"}', "message"),
    ("answer", {"pupil": "another", "step": 0, "ask": 1, "answer": "yes"}, "removed"),
    ("number", {"pupil": "TOKEN", "step": 3, "name": "plain", "value": 1}, "number"),
    ("number", {"pupil": "TOKEN", "step": 99, "name": "plain", "value": 1}, "number"),
    ("number", {"pupil": "TOKEN", "step": 0, "name": "plain", "value": 1}, "number"),
    ("number", b'{"pupil": "TOKEN", "step": 0, "name": "plain", "value": NaN}', "message"),
    ("number", b'{"pupil": "TOKEN", "step": 0, "name": "plain", "value": 1e999}', "message"),
    ("number", {"pupil": "TOKEN", "step": 0, "name": "plain", "value": "data:image/"}, "message"),
    ("join", {"name": "Somebody"}, "message"),
]


def test_messages_that_are_none_are_refused_with_one_sentence(lab: Lab) -> None:
    room = lab.open()
    pupil = lab.join(room.code)
    for path, message, error in MESSAGES:
        body = message if isinstance(message, bytes) else json.dumps(message).encode()
        body = body.replace(b"TOKEN", pupil.encode())
        status, answer = lab.post(f"/room/{room.code}/{path}", body)
        assert (status >= 400, answer["error"]) == (True, error), message
        assert answer["sentence"].endswith("."), answer
    form = {"Content_Type": "text/plain"}  # as a foreign page may send without asking
    assert lab.post(f"/room/{room.code}/join", {}, **form)[1]["error"] == "message"


@pytest.mark.parametrize(
    ("move", "value"),
    [
        ("back", None),
        ("go", 99),
        ("go", 0.5),
        ("go", None),
        ("timer", 1e8),
        ("remove", 7),
        ("epsilon", 4),
    ],
)
def test_a_move_that_cannot_be_done_changes_nothing(
    lab: Lab, move: str, value: float | None
) -> None:
    room = lab.open()
    before = lab.watch(room).read()
    assert lab.move(room, move, value)[1]["error"] == "move"
    assert lab.watch(room).read() == before


def test_numbers_of_devices_make_a_histogram(lab: Lab) -> None:
    room = lab.open()
    pupils = [lab.join(room.code) for _ in range(3)]
    lab.move(room, "go", 3)
    for pupil, value in zip(pupils, (2.25, 2.25, "none"), strict=True):
        message = {"pupil": pupil, "step": 3, "name": "plain", "value": value}
        assert lab.post(f"/room/{room.code}/number", message) == (200, {})
    for value in (2.3, 256, True):
        bad = {"pupil": pupils[0], "step": 3, "name": "plain", "value": value}
        assert lab.post(f"/room/{room.code}/number", bad)[0] == 400
    assert lab.watch(room).read()["numbers"] == {"plain": {"2.25": 2, "none": 1}}
    lab.move(room, "next")
    late = {"pupil": pupils[0], "step": 3, "name": "robust", "value": 16}
    assert lab.post(f"/room/{room.code}/number", late) == (200, {}), "a device may be slow"
    rows = read_table(lab.ask("GET", f"/room/{room.code}/answers.csv", secret=room.secret)[1])
    assert [row[1:3] for row in rows] == [
        ["own plain", "own robust"],
        ["", ""],
        ["2.25", "16"],
        ["2.25", ""],
        ["none", ""],
    ]


def test_the_questionnaire_turns_into_counts_and_nobody_is_in_it(lab: Lab) -> None:
    room = lab.open()
    pupils = [lab.join(room.code) for _ in range(2)]

    def answer(step: int, ask: int, *choices: str) -> None:
        lab.move(room, "go", step)
        for pupil, choice in zip(pupils, choices, strict=True):
            message = {"pupil": pupil, "step": step, "ask": ask, "answer": choice}
            assert lab.post(f"/room/{room.code}/answer", message) == (200, {})

    answer(1, 2, "yes", "no")
    answer(4, 3, "no", "no")
    lab.move(room, "back")
    lab.move(room, "go", 1)
    again = {"pupil": pupils[0], "step": 1, "ask": 2, "answer": "no"}
    assert lab.post(f"/room/{room.code}/answer", again)[1]["error"] == "closed", "counted already"
    state = lab.listen(room, pupils[0]).read()
    assert state["mine"] == {"numbers": {}, "answered": True}
    lab.move(room, "go", 5)
    change = {"see": {"before": {"yes": 1, "no": 1}, "after": {"no": 2}}}
    assert lab.listen(room, pupils[0]).read()["questionnaire"] == change
    table = lab.ask("GET", f"/room/{room.code}/questions.csv", secret=room.secret)[1]
    assert read_table(table)[1:] == [["see", "yes", "1", "0"], ["see", "no", "1", "2"]]
    rows = read_table(lab.ask("GET", f"/room/{room.code}/answers.csv", secret=room.secret)[1])
    assert not any("see" in cell or cell in {"yes", "no"} for row in rows for cell in row)
    kept = lab.rooms.find(room.code, "").records[1]
    assert not kept.askings[0].answers, "who gave which is forgotten"


def test_freeze_remove_and_timer(lab: Lab) -> None:
    room = lab.open()
    first, second = lab.join(room.code), lab.join(room.code)
    lab.move(room, "go", 2)
    lab.move(room, "freeze")
    lab.move(room, "timer", 30)
    stream = lab.listen(room, first)
    state = stream.read()
    assert (state["frozen"], 28 < state["timer"] <= 30) == (True, True)
    guess = {"pupil": first, "step": 2, "ask": 2, "answer": "with_mask"}
    assert lab.post(f"/room/{room.code}/answer", guess)[1]["error"] == "frozen"
    lab.move(room, "thaw")
    assert lab.post(f"/room/{room.code}/answer", guess) == (200, {})
    lab.move(room, "timer", 0)
    wall = lab.watch(room)
    state = wall.wait_for(timer=None)
    assert [pupil["id"] for pupil in state["pupils"]] == [1, 2]
    lab.move(room, "remove", 1)
    state = wall.wait_for(joined=1)
    assert (state["answered"], state["counts"]) == (0, {})
    stream.wait_for_end()
    status, answer = lab.ask("GET", f"/room/{room.code}/events?pupil={first}")
    assert (status, answer["error"]) == (410, "removed")
    assert lab.listen(room, second).read()["name"]


def test_the_end_reaches_everyone_and_leaves_nothing(lab: Lab) -> None:
    room = lab.open("fr")
    pupil = lab.join(room.code)
    inside = lab.rooms.find(room.code, "")
    streams = [lab.watch(room), lab.listen(room, pupil)]
    lab.move(room, "end")
    for stream in streams:
        assert stream.wait_for(ended=True) == {"room": room.code, "language": "fr", "ended": True}
        assert stream.read() is None
    assert lab.rooms.list_codes() == []
    assert not inside.pupils
    assert not any(record.askings and record.askings[0].answers for record in inside.records)
    for path, secret in (("watch", room.secret), (f"events?pupil={pupil}", "")):
        status, answer = lab.ask("GET", f"/room/{room.code}/{path}", secret=secret)
        assert (status, answer["error"]) == (410, "ended")
        assert answer["sentence"].startswith("Cette salle est terminée")


def test_two_rooms_at_once_hear_nothing_of_each_other(lab: Lab) -> None:
    rooms = [lab.open(), lab.open("fr")]
    pupils = [lab.join(room.code) for room in rooms]
    lab.move(rooms[0], "go", 2)
    states = [lab.listen(*pair).read() for pair in zip(rooms, pupils, strict=True)]
    assert [state["step"]["id"] for state in states] == ["sign", "welcome"]
    assert lab.move(Opened(rooms[1].code, rooms[0].secret), "next")[1]["error"] == "secret"
    crossed = {"pupil": pupils[0], "step": 0, "ask": 1, "answer": "yes"}
    assert lab.post(f"/room/{rooms[1].code}/answer", crossed)[1]["error"] == "removed"


def test_after_a_restart_the_room_is_gone_and_everybody_hears_so(lab: Lab) -> None:
    room = lab.open()
    pupil = lab.join(room.code)
    with serve(Rooms()) as restarted:
        for path, secret in (("watch", room.secret), (f"events?pupil={pupil}", "")):
            status, answer = restarted.ask("GET", f"/room/{room.code}/{path}", secret=secret)
            assert (status, answer["error"]) == (404, "unknown")
            assert "started anew" in answer["sentence"]


def test_streams_end_when_the_server_is_told_to_stop(lab: Lab) -> None:
    room = lab.open()
    stream = lab.listen(room, lab.join(room.code))
    assert stream.read() is not None
    under_way.begin_stop()
    asyncio.run(streams.end_streams_at_stop())
    assert stream.read() is None
    assert lab.post(f"/room/{room.code}/join", {})[1]["error"] == "stopping"


def test_a_fifth_stream_of_a_device_ends_the_first(lab: Lab) -> None:
    room = lab.open()
    pupil = lab.join(room.code)
    opened = [lab.listen(room, pupil) for _ in range(5)]
    assert all(stream.read() is not None for stream in opened)
    assert opened[0].read() is None
    lab.move(room, "next")
    assert all(stream.wait_for(ask=2) for stream in opened[1:])


def test_samples_are_the_labs_own_and_nothing_else_is_sent(lab: Lab) -> None:
    status, picture = lab.ask("GET", "/room/sample/astronaut.png")
    assert (status, picture[:4]) == (200, b"\x89PNG")
    for name in ("nobody", "..%2F..%2Fapp", "astronaut%00"):
        assert lab.ask("GET", f"/room/sample/{name}.png")[0] == 404
    assert lab.ask("GET", "/room/assets/..%2Fconftest.py")[0] == 404
    assert lab.ask("GET", "/room/assets/conftest.py")[0] == 404


def test_files_of_a_class_s_model_are_in_its_room_alone(lab: Lab) -> None:
    pattern, weights = RoomFile(b"\x01\x02"), RoomFile(b"weights")
    slider = Step(kind="slider", id="slider", choices=("0",), pattern=pattern, files=(weights,))
    room = lab.open(steps=(slider,))
    assert lab.ask("GET", f"/room/file/{weights.name}") == (200, b"weights")
    told = lab.listen(room, lab.join(room.code)).read()["step"]["pattern"]
    assert lab.ask("GET", f"/room/file/{told}") == (200, b"\x01\x02")
    for guessed in ("x" * len(told), "slider", "%C3%A9"):
        assert lab.ask("GET", f"/room/file/{guessed}")[0] == 404
    lab.move(room, "end")
    assert lab.ask("GET", f"/room/file/{told}")[0] == 404


def test_a_class_in_a_room_is_no_silence_to_compute_in(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quiet, "_last", time.monotonic() - 1000)
    monkeypatch.setattr(streams, "_ALL", weakref.WeakSet())
    sweeping.sweep(lab.rooms)
    assert quiet.measure_silence() >= 1000
    room = lab.open()
    assert lab.watch(room).read() is not None
    sweeping.sweep(lab.rooms)
    assert quiet.measure_silence() < 100


def test_more_devices_at_once_than_a_room_takes_leave_it_as_it_is(lab: Lab) -> None:
    room = lab.open()
    pupil = lab.join(room.code)
    answers = [lab.post(f"/room/{room.code}/join", {}) for _ in range(200)]
    refused = [answer["error"] for status, answer in answers if status != 200]
    assert {*refused} == {"fast"}
    assert 200 - len(refused) >= 79, "a class comes in at once"
    assert lab.listen(room, pupil).read() is not None
    assert lab.move(room, "next") == (200, {})


def test_a_truth_that_is_measured_after_the_reveal_comes_by_itself(lab: Lab) -> None:
    truth: dict[str, str] = {}
    step = Step(kind="guess", id="chapter", choices=("0", "1"), truths={0.0: truth})
    room = lab.open(steps=(step,))
    wall = lab.watch(room)
    lab.move(room, "reveal")
    assert wall.wait_for(stage="reveal")["truth"] == {}
    truth["answer"] = "1"
    wall.wait_for(truth={"answer": "1"})
