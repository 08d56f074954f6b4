"""How many rooms, devices and messages there may be, and how long a room lives."""

from __future__ import annotations

import sys
import time

import pytest
from served_rooms import STEPS

from facemask_core import classroom
from facemask_core.errors import ModeError
from facemask_ui.base import mode
from facemask_ui.rooms import RoomError, Rooms, Step, codes, limits, sweeping
from facemask_ui.rooms.room import Room


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rooms(clock: Clock) -> Rooms:
    return Rooms(clock)


def make_room(clock: Clock, most_pupils: int = 100) -> Room:
    return Room("BCDFGH", STEPS, "en", "teacher", most_pupils=most_pupils, clock=clock)


def test_in_public_an_address_has_few_rooms_and_the_server_a_bounded_number(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(mode.VARIABLE, "public")
    opened = [rooms.open(STEPS, "en", "one") for _ in range(4)]
    with pytest.raises(RoomError, match=r"one address may have \(4\)"):
        rooms.open(STEPS, "en", "one")
    rooms.end(opened[0].code)
    rooms.open(STEPS, "en", "one")
    for number in range(36):
        rooms.open(STEPS, "en", f"other {number}")
    with pytest.raises(RoomError, match="Autant de salles"):
        rooms.open(STEPS, "fr", "another")
    assert len(set(rooms.list_codes())) == 40
    room = rooms.find(opened[1].code, "pupil")
    for _ in range(50):
        room.join()
    with pytest.raises(RoomError, match="50 devices"):
        room.join()


def test_a_full_room_takes_a_device_in_the_place_of_one_that_has_left(clock: Clock) -> None:
    room = make_room(clock, most_pupils=2)
    first, _ = room.join()
    room.join()
    with pytest.raises(RoomError, match="full"):
        room.join()
    clock.now = 61.0
    _, third = room.join()
    assert third.id == 3
    with pytest.raises(RoomError, match="not in the room any more"):
        room.get_pupil(first)


def test_a_room_lives_a_day_at_most(rooms: Rooms, clock: Clock) -> None:
    opened = rooms.open(STEPS, "en", "teacher")
    clock.now = limits.LIFETIME - 1
    rooms.sweep()
    assert rooms.list_codes() == [opened.code]
    clock.now += 1
    rooms.sweep()
    with pytest.raises(RoomError, match="has ended"):
        rooms.find(opened.code, "pupil")


def test_a_code_is_found_as_people_type_it(rooms: Rooms) -> None:
    code = rooms.open(STEPS, "en", "teacher").code
    wide = "".join(chr(ord(sign) - ord("A") + 0xFF21) for sign in code)
    spaced = (f" {code[:3]} {code[3:]} ", f"{code[:3]}-{code[3:]}", "\u2013".join(code))
    for typed in (code.lower(), *spaced, wide, f"{code}\u0301."):
        assert rooms.find(typed, "pupil").code == code
    for typed in ("", code[:-1], code + "B", "ÄÖÜßÄÖ", "AEIOUQ", "\0" * 6, "B" * 10**6):
        assert not codes.normalise_code(typed)


def test_an_address_gets_its_guesses_back_with_time(rooms: Rooms, clock: Clock) -> None:
    code = rooms.open(STEPS, "en", "teacher").code
    for _ in range(int(limits.WRONG_CODES.burst)):
        with pytest.raises(RoomError, match="no room"):
            rooms.find("BBBBBB" if code != "BBBBBB" else "CCCCCC", "pupil")
    with pytest.raises(RoomError, match="Too many"):
        rooms.find(code, "pupil")
    clock.now = 2.0
    assert rooms.find(code, "pupil").code == code


def test_a_device_that_sends_without_end_is_refused_and_no_other(clock: Clock) -> None:
    room = make_room(clock)
    (first, _), (second, _) = room.join(), room.join()
    room.move("go", 2)
    ask = room.asking.number
    for _ in range(int(limits.ANSWERS.burst)):
        room.answer(first, 2, ask, "with_mask")
    with pytest.raises(RoomError, match="too much at once"):
        room.answer(first, 2, ask, "with_mask")
    room.answer(second, 2, ask, "with_mask")
    clock.now = 1.0
    room.answer(first, 2, ask, "without_mask")
    assert room.record.count_answers() == {"with_mask": 1, "without_mask": 1}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_everyone_in_a_room_has_another_name(clock: Clock, language: str) -> None:
    room = Room("BCDFGH", STEPS, language, "teacher", most_pupils=200, clock=clock)
    for number in range(200):
        clock.now = float(number)
        room.join()
    names = {pupil.name for pupil in room.pupils.values()}
    assert len(names) == 200
    assert all(len(name.split()) == 2 for name in names)


@pytest.mark.skipif(sys.platform != "linux", reason="has a clock of its own for it")
def test_a_day_is_a_day_for_a_computer_that_sleeps(monkeypatch: pytest.MonkeyPatch) -> None:
    since_start = {time.CLOCK_BOOTTIME: 90_000.0, time.CLOCK_MONOTONIC: 3_600.0}
    monkeypatch.setattr(time, "clock_gettime", since_start.__getitem__)
    assert Rooms()._clock() == 90_000.0


def test_an_operator_ends_rooms_through_the_labs_folder(rooms: Rooms) -> None:
    first, second, third = (rooms.open(STEPS, "en", "teacher") for _ in range(3))
    file = classroom.ask_to_end(first.code.lower())
    sweeping.sweep(rooms)
    assert classroom.is_taken(file)
    assert set(rooms.list_codes()) == {second.code, third.code}
    classroom.ask_to_end("ALL")
    sweeping.sweep(rooms)
    assert rooms.list_codes() == []
    for code in ("../../etc", "", "B1", "B" * 50):
        with pytest.raises(ModeError, match="no room's code"):
            classroom.ask_to_end(code)


@pytest.mark.parametrize(
    "step",
    [
        {"kind": "question", "question": "see", "choices": ("yes",)},
        {"kind": "game"},
        {"kind": "film"},
        {"kind": "guess", "level": 3, "levels": (2, 4)},
        {"kind": "show", "data": {"text": "x" * 30_000}},
    ],
)
def test_a_step_that_a_room_cannot_take_is_refused_when_it_is_made(step: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="step"):
        Step(id="step", **step)  # type: ignore[arg-type]


def test_a_lesson_has_steps_and_no_two_of_one_name(rooms: Rooms) -> None:
    for steps in ((), (STEPS[0], STEPS[0]), STEPS * 20):
        with pytest.raises(ValueError, match="steps"):
            rooms.open(steps, "en", "teacher")
