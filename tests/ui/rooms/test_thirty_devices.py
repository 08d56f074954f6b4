"""Thirty devices and a wall on one server: how soon everyone has what the teacher and they do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPException
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import served_rooms
from served_rooms import Browser, Stream

from facemask_ui.rooms import Opened

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[3]
PUPILS = 30
JOIN_SECONDS, GUESS_SECONDS, STEP_SECONDS = 60.0, 1.0, 2.0
"""Within these all have joined, 95 of 100 guesses are on the wall, and a step reaches everyone."""
GUESS_STEP = 2
CLASS_SECONDS = 2.0
"""Within which all of a class tap."""


class Device:
    """A device that follows its room, and notes when it saw which state."""

    def __init__(self, stream: Stream) -> None:
        self.seen: list[tuple[float, dict[str, Any]]] = []
        self.stream = stream
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def _follow(self) -> None:
        with suppress(OSError, HTTPException):
            while (state := self.stream.read(patient=True)) is not None:
                self.seen.append((time.monotonic(), state))

    def wait_for(self, **wanted: Any) -> float:
        """Waits until it has seen a state that says something; returns when that was."""
        end = time.monotonic() + 30
        while time.monotonic() < end:
            for moment, state in [*self.seen]:
                if all(state.get(name) == value for name, value in wanted.items()):
                    return moment
            time.sleep(0.005)
        pytest.fail(f"never saw {wanted}, at last {self.seen[-1:]}")


@pytest.fixture
def served() -> Iterator[tuple[Browser, list[Opened]]]:
    with subprocess.Popen(
        [sys.executable, served_rooms.__file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        text=True,
    ) as server:
        assert server.stdout is not None
        port, rooms = json.loads(server.stdout.readline())
        try:
            yield Browser(port), [Opened(*room) for room in rooms]
        finally:
            server.kill()


def test_a_class_joins_guesses_and_steps_in_time(
    served: tuple[Browser, list[Opened]], record_property: pytest.RecordProperty
) -> None:
    lab, (room, other) = served
    wall = Device(lab.follow(f"/room/{room.code}/watch", room.secret))
    elsewhere = Device(lab.follow(f"/room/{other.code}/watch", other.secret))

    def move(move: str, value: float | None = None) -> float:
        begin = time.monotonic()
        message = {"move": move, "value": value}
        assert lab.post(f"/room/{room.code}/move", message, room.secret) == (200, {})
        return begin

    def join(_: int) -> tuple[str, Device]:
        pupil = lab.join(room.code)
        return pupil, Device(lab.follow(f"/room/{room.code}/events?pupil={pupil}"))

    begin = time.monotonic()
    with ThreadPoolExecutor(PUPILS) as pool:
        pupils = [*pool.map(join, range(PUPILS))]
    joined = max(device.wait_for(ask=1) for _, device in pupils) - begin
    wall.wait_for(online=PUPILS)

    steps = []
    for ask, index in enumerate((1, 3, 4, 5, GUESS_STEP), start=2):
        begin = move("go", index)
        steps.append(max(device.wait_for(ask=ask) for _, device in pupils) - begin)

    guesses = []
    for ask, level in ((6, 4.0), (7, 8.0), (8, 2.0)):
        if ask > 6:
            begin = move("epsilon", level)
            steps.append(max(device.wait_for(ask=ask) for _, device in pupils) - begin)
        guesses += guess(lab, room, wall, [pupil for pupil, _ in pupils], ask)
    begin = move("reveal")
    steps.append(max(device.wait_for(stage="reveal") for _, device in pupils) - begin)

    pupil, device = pupils[0]
    device.stream.cut()  # its network is gone, and the class goes on
    move("go", 3)
    back = Device(lab.follow(f"/room/{room.code}/events?pupil={pupil}"))
    back.wait_for(ask=3)

    late = sorted(guesses)[int(0.95 * len(guesses))]
    record_property("seconds", {"joined": joined, "step": max(steps), "guess": late})
    assert joined <= JOIN_SECONDS
    assert max(steps) <= STEP_SECONDS, steps
    assert late <= GUESS_SECONDS, sorted(guesses)[-5:]
    assert {state["ask"] for _, state in elsewhere.seen} == {1}, "the other room hears nothing"


def guess(lab: Browser, room: Opened, wall: Device, pupils: list[str], ask: int) -> list[float]:
    """Has all of a class guess; returns how long each guess took to the wall."""

    def tap(number: int) -> float:
        time.sleep(CLASS_SECONDS * number / len(pupils))
        begin = time.monotonic()
        message = {"pupil": pupils[number], "step": GUESS_STEP, "ask": ask, "answer": "with_mask"}
        assert lab.post(f"/room/{room.code}/answer", message) == (200, {})
        return begin

    with ThreadPoolExecutor(len(pupils)) as pool:
        taps = sorted(pool.map(tap, range(len(pupils))))
    wall.wait_for(ask=ask, answered=len(pupils))
    shown = [(moment, state["answered"]) for moment, state in wall.seen if state["ask"] == ask]
    assert all(first[1] <= second[1] for first, second in pairwise(shown))
    return [
        next(moment for moment, answered in shown if answered > number) - tapped
        for number, tapped in enumerate(taps)
    ]
