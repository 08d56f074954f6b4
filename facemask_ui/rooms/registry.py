"""The rooms of this server: found by their code, bounded in number, and gone with it."""

from __future__ import annotations

import hmac
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from facemask_ui.rooms import codes, limits
from facemask_ui.rooms.refusals import RoomError
from facemask_ui.rooms.room import Room
from facemask_ui.rooms.steps import MOST_STEPS, Step

_MOST_ENDED = 1000
"""Codes of rooms that have ended, so that their pupils hear so; of more the first are forgotten."""


@dataclass(frozen=True)
class Opened:
    """What a teacher gets who opens a room.

    Attributes:
        code: The code for the class.
        secret: What makes its holder the room's teacher.
    """

    code: str
    secret: str


class Rooms:
    """All rooms of a server. Threads may share it."""

    def __init__(self, clock: Callable[[], float] = limits.read_clock) -> None:
        """Begins with none.

        Args:
            clock: Tells the time in seconds.
        """
        self._clock = clock
        self._lock = threading.Lock()
        self._rooms: dict[str, Room] = {}
        self._ended: OrderedDict[str, str] = OrderedDict()
        self._wrong = limits.Rates(limits.WRONG_CODES, clock)

    def open(self, steps: Sequence[Step], language: str, address: str) -> Opened:
        """Opens a room.

        Args:
            steps: Its lesson.
            language: The language that it speaks.
            address: The address that its teacher comes from.

        Raises:
            RoomError: As many rooms are open as may be.
            ValueError: It has no steps, too many, or two of one name.
        """
        if not 0 < len(steps) <= MOST_STEPS or len({step.id for step in steps}) < len(steps):
            raise ValueError(f"{len(steps)} steps")
        most = limits.read_limits()
        self.sweep()
        with self._lock:
            own = sum(room.address == address for room in self._rooms.values())
            if len(self._rooms) >= most.rooms:
                raise RoomError("rooms", language)
            if most.rooms_each is not None and own >= most.rooms_each:
                raise RoomError("rooms_each", language, most=most.rooms_each)
            code = codes.make_code()
            while code in self._rooms or code in self._ended:
                code = codes.make_code()
            room = Room(code, steps, language, address, most_pupils=most.pupils, clock=self._clock)
            self._rooms[code] = room
            return Opened(code, room.secret)

    def find(self, text: str, address: str, token: str = "") -> Room:
        """Finds a room by its code.

        Args:
            text: The code as it was typed.
            address: The address that asks. One that tries wrong codes is soon not answered at all,
                but for the devices there that are in their room already.
            token: A pupil's token or a teacher's secret; empty where there is none.

        Raises:
            RoomError: There is none, or the address has tried too many.
        """
        code = codes.normalise_code(text)
        with self._lock:
            room = self._rooms.get(code)
            if room is not None and (room.is_secret(token) or token in room.pupils):
                return room
            if not self._wrong.has_left(address):
                raise RoomError("guesses")
            if room is None and code in self._ended:
                raise RoomError("ended", self._ended[code])
            if room is None:
                self._wrong.take(address)
                raise RoomError("unknown")
            return room

    def end(self, code: str) -> bool:
        """Ends a room, and tells whether there was one of that code."""
        with self._lock:
            room = self._rooms.pop(code, None)
            if room is None:
                return False
            self._ended[code] = room.language
            while len(self._ended) > _MOST_ENDED:
                self._ended.popitem(last=False)
        room.end()
        return True

    def list_codes(self) -> list[str]:
        """Lists the codes of the open rooms."""
        with self._lock:
            return [*self._rooms]

    def find_file(self, name: str) -> bytes:
        """Finds a file of a room's step, by a name that its room tells.

        Raises:
            RoomError: No open room has one of that name.
        """
        with self._lock:
            records = [it for room in self._rooms.values() if not room.ended for it in room.records]
        steps = [record.step for record in records]
        for file in (file for step in steps for file in (step.pattern, *step.files) if file):
            if hmac.compare_digest(file.name.encode(), name.encode()):
                return file.content
        raise RoomError("sample")

    def sweep(self) -> None:
        """Ends rooms that are a day old, and lets go of those that their teacher has ended."""
        with self._lock:
            over = [
                code
                for code, room in self._rooms.items()
                if room.ended or self._clock() - room.opened >= limits.LIFETIME
            ]
        for code in over:
            self.end(code)


ROOMS = Rooms()
"""The rooms of this process's server."""
