"""One room: a teacher's moves, pupils' answers, and the browsers that follow."""

from __future__ import annotations

import hmac
import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from facemask_ui.rooms import limits, names, scores
from facemask_ui.rooms.records import Asking, Record
from facemask_ui.rooms.refusals import RoomError
from facemask_ui.rooms.steps import Step
from facemask_ui.rooms.streams import Watcher

HIGHEST_LEVEL = 255.0
LONGEST_TIMER = 3600.0
_AWAY = 60.0
"""Seconds after which a device that does not follow gives its place up in a full room."""


@dataclass(eq=False)
class Pupil:
    """A device that has joined.

    Attributes:
        id: Its number in the room.
        name: The name it was given.
        watchers: Its streams.
        seen: When it last had a stream, by the room's clock.
    """

    id: int
    name: str
    seen: float
    watchers: list[Watcher] = field(default_factory=list)


class Room:
    """A room. Threads may share it; :attr:`lock` is held for all that reads or changes it."""

    def __init__(
        self,
        code: str,
        steps: Sequence[Step],
        language: str,
        address: str,
        *,
        most_pupils: int,
        clock: Callable[[], float] = limits.read_clock,
    ) -> None:
        """Makes a room that nobody has joined.

        Args:
            code: Its code.
            steps: Its lesson.
            language: The language that it speaks.
            address: The address that it was made from.
            most_pupils: How many pupils it takes.
            clock: Tells the time in seconds.
        """
        self.lock = threading.RLock()
        self.code, self.language, self.address = code, language, address
        self.secret = secrets.token_urlsafe(24)
        self.records = [Record(step) for step in steps]
        self.pupils: dict[str, Pupil] = {}
        self.watchers: list[Watcher] = []
        self.clock, self.opened = clock, clock()
        self.index, self.frozen, self.ended = 0, False, False
        self.deadline: float | None = None
        self._most_pupils = most_pupils
        self._askings = 0
        self._last_pupil = 0
        self._joining = limits.Rates(limits.JOINING, clock)
        self._answers = limits.Rates(limits.ANSWERS, clock)
        self._moves = limits.Rates(limits.MOVES, clock)
        self._enter(0)

    @property
    def record(self) -> Record:
        """What happens at the step where the room is."""
        with self.lock:
            return self.records[self.index]

    @property
    def asking(self) -> Asking:
        """The asking that the room is at."""
        return self.record.askings[-1]

    def refuse(self, name: str, **values: object) -> RoomError:
        """Makes a refusal in the room's language."""
        return RoomError(name, self.language, **values)

    # ---- Pupils ----------------------------------------------------------

    def join(self) -> tuple[str, Pupil]:
        """Lets a device in.

        Returns:
            Its token, which nobody else knows, and what the room knows of it.

        Raises:
            RoomError: The room is full, or too many come at once.
        """
        with self.lock:
            if self.ended:
                raise self.refuse("ended")
            if not self._joining.take("join"):
                raise self.refuse("fast")
            if len(self.pupils) >= self._most_pupils and not self._drop_absent():
                raise self.refuse("full", most=self._most_pupils)
            self._last_pupil += 1
            taken = {pupil.name for pupil in self.pupils.values()}
            name = names.draw_name(self.language, taken)
            token = secrets.token_urlsafe(16)
            pupil = self.pupils[token] = Pupil(self._last_pupil, name, self.clock())
            self.wake_teacher()
            return token, pupil

    def get_pupil(self, token: str) -> Pupil:
        """Looks a device up by its token.

        Raises:
            RoomError: It was removed, or never joined.
        """
        with self.lock:
            if self.ended:
                raise self.refuse("ended")
            if token not in self.pupils:
                raise self.refuse("removed")
            return self.pupils[token]

    def answer(self, token: str, step: int, ask: int, choice: str) -> None:
        """Takes a pupil's answer; a second one replaces the first.

        Args:
            token: The pupil's token.
            step: The step that the pupil's page shows.
            ask: The asking that it shows.
            choice: The answer.

        Raises:
            RoomError: The room is elsewhere by now, takes no answer, or not this one.
        """
        with self.lock:
            pupil = self._admit(token)
            if step != self.index or ask != self.asking.number:
                raise self.refuse("stale")
            if self.asking.stage != "ask" or pupil.id in self.record.voters:
                raise self.refuse("closed")
            if choice not in self.list_choices(pupil):
                raise self.refuse("choice")
            self.asking.answers[pupil.id] = choice
            self._wake(pupil.watchers)
            self.wake_teacher()

    def list_choices(self, pupil: Pupil) -> tuple[str, ...]:
        """Lists what a pupil may answer at this step."""
        step = self.record.step
        return (
            step.choices
            if step.game is None
            else step.game.list_choices(scores.find_role(pupil.id))
        )

    def take_number(self, token: str, step: int, name: str, value: float | None) -> None:
        """Takes a number that a pupil's device measured.

        Args:
            token: The pupil's token.
            step: The step that it was measured at; the class may be further by now.
            name: Which number; the step says which there are.
            value: The smallest level that was enough, in quarters; None if none was.

        Raises:
            RoomError: The class was not at that step, or it takes no such number.
        """
        with self.lock:
            pupil = self._admit(token)
            record = self.records[step] if step < len(self.records) else None
            known = record is not None and record.askings and name in record.step.numbers
            if record is None or not known or not (value is None or is_level(value)):
                raise self.refuse("number")
            record.numbers.setdefault(name, {})[pupil.id] = value
            self._wake(pupil.watchers)
            self.wake_teacher()

    def _admit(self, token: str) -> Pupil:
        pupil = self.get_pupil(token)
        if not self._answers.take(pupil.id):
            raise self.refuse("fast")
        if self.frozen:
            raise self.refuse("frozen")
        return pupil

    def _drop_absent(self) -> bool:
        """Makes room by dropping the device that has been away longest; tells whether one was."""
        since = self.clock() - _AWAY
        absent = {
            token: pupil.seen
            for token, pupil in self.pupils.items()
            if not pupil.watchers and pupil.seen < since
        }
        if absent:
            self._drop(min(absent, key=absent.__getitem__))
        return bool(absent)

    def _drop(self, token: str) -> None:
        pupil = self.pupils.pop(token)
        for record in self.records:
            record.forget_pupil(pupil.id)
        for watcher in pupil.watchers:
            watcher.close()

    # ---- The teacher -----------------------------------------------------

    def is_secret(self, text: str) -> bool:
        """Tells whether a text is the secret of the room's teacher."""
        return hmac.compare_digest(text.encode(), self.secret.encode())

    def check_secret(self, secret: str) -> None:
        """Checks that somebody is the room's teacher.

        Raises:
            RoomError: They are not, or the room has ended.
        """
        if not self.is_secret(secret):
            raise self.refuse("secret")
        if self.ended:
            raise self.refuse("ended")

    def move(self, move: str, value: float | None = None) -> None:
        """Does what the teacher asks for.

        Args:
            move: The move's name.
            value: Its value: a step's index, a pupil's id, seconds or a level.

        Raises:
            RoomError: It cannot be done here.
        """
        with self.lock:
            if self.ended:
                raise self.refuse("ended")
            if not self._moves.take("move"):
                raise self.refuse("fast")
            if not self._do(move, value):
                raise self.refuse("move")
            self.wake_all()

    def _do(self, move: str, value: float | None) -> bool:
        """Does a move; tells whether it could be done."""
        if move in _STEPS:
            return self._go(self.index + _STEPS[move])
        if move in ("freeze", "thaw"):
            self.frozen = move == "freeze"
            return True
        if move == "reveal":
            self.record.close_question()
            self.asking.stage = "reveal"
            return True
        if move == "end":
            self.end()
            return True
        if value is None:
            return False
        if move == "go":
            return value == int(value) and self._go(int(value))
        if move == "remove":
            return self._remove(value)
        if move == "timer":
            return self._set_timer(value)
        return move == "epsilon" and self._ask_anew(value)

    def _go(self, index: int) -> bool:
        if not 0 <= index < len(self.records):
            return False
        if index != self.index:
            self.record.close_question()
            self._enter(index)
        return True

    def _enter(self, index: int) -> None:
        """Goes to a step; one that was left before is as it was."""
        self.index, self.frozen, self.deadline = index, False, None
        if not self.record.askings:
            self._ask(self.record.step.level)

    def _ask(self, level: float | None) -> None:
        self._askings += 1
        self.record.askings.append(Asking(self._askings, level))

    def _ask_anew(self, level: float) -> bool:
        step = self.record.step
        if level not in step.levels or len(self.record.askings) >= _MOST_ASKINGS:
            return False
        if not self.asking.answers:
            self.record.askings.pop()
        self._ask(level)
        return True

    def _remove(self, number: float) -> bool:
        token = next((key for key, pupil in self.pupils.items() if pupil.id == number), None)
        if token is None:
            return False
        self._drop(token)
        return True

    def _set_timer(self, seconds: float) -> bool:
        if not 0 <= seconds <= LONGEST_TIMER:
            return False
        self.deadline = self.clock() + seconds if seconds else None
        return True

    def end(self) -> None:
        """Ends the room: everybody hears so, and all that it knew is forgotten."""
        with self.lock:
            self.ended = True
            self.wake_all()
            self.pupils.clear()
            self.watchers.clear()
            self.records = [Record(record.step) for record in self.records]
            self._ask(None)

    # ---- Streams ---------------------------------------------------------

    def attach(self, token: str | None) -> Watcher:
        """Opens a stream of a pupil's, or of the teacher's where there is no token."""
        with self.lock:
            watcher = Watcher()
            watchers = self.watchers if token is None else self.get_pupil(token).watchers
            watchers.append(watcher)
            most = limits.WATCHERS if token is None else limits.STREAMS_EACH
            for oldest in watchers[:-most]:
                oldest.close()
            self._wake_for(token)
            return watcher

    def detach(self, token: str | None, watcher: Watcher) -> None:
        """Notes that a stream has ended."""
        with self.lock:
            pupil = None if token is None else self.pupils.get(token)
            watchers = self.watchers if pupil is None else pupil.watchers
            if watcher in watchers:
                watchers.remove(watcher)
            if pupil is not None:
                pupil.seen = self.clock()
            self._wake_for(token)

    def _wake_for(self, token: str | None) -> None:
        """Tells the teacher who is there; pupils, whether the teacher is."""
        if token is None:
            self.wake_all()
        else:
            self.wake_teacher()

    def wake_teacher(self) -> None:
        """Has the teacher's streams send the state anew."""
        with self.lock:
            self._wake(self.watchers)

    def wake_all(self) -> None:
        """Has every stream send the state anew."""
        with self.lock:
            self.wake_teacher()
            for pupil in self.pupils.values():
                self._wake(pupil.watchers)

    def _wake(self, watchers: Sequence[Watcher]) -> None:
        for watcher in watchers:
            watcher.wake()


_STEPS = {"next": 1, "back": -1}
MOVES = (*_STEPS, "reveal", "freeze", "thaw", "remove", "timer", "end", "epsilon", "go")
_MOST_ASKINGS = 60
"""A teacher asks a step at a few levels; every asking is a column of the table."""


def is_level(value: float) -> bool:
    """Tells whether a number is a level of 255 in quarters."""
    return 0.0 <= value <= HIGHEST_LEVEL and value * 4 == int(value * 4)
