"""How many pixels are decoded at once in this process, so that its memory has a bound."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Owner:
    """For whom a picture is decoded.

    Attributes:
        group: What has an equal share with others, such as the visitor's address.
        session: The visitor's session, which shares with the others of its group.
    """

    group: str
    session: str


OWNER: ContextVar[Owner | None] = ContextVar("owner", default=None)
"""For whom the calling thread decodes; a server sets it to its visitor, a command to nobody."""
ON_WAIT: ContextVar[Callable[[], object]] = ContextVar("on_wait", default=lambda: None)
"""Called several times a second while a picture waits; an error it raises ends the wait. A server
ends the run of a closed tab by it."""
_LOOK_SECONDS = 0.25


@dataclass(eq=False)
class _Ticket:
    """A picture in line.

    Attributes:
        owner: For whom it is decoded.
        share: What it takes of the sum.
        passed: Pixels that were let in before it though they came later, since the last of its
            group.
        inside: Whether it is let in.
    """

    owner: Owner | None
    share: int
    passed: int = 0
    inside: bool = False

    @property
    def group(self) -> str | None:
        return None if self.owner is None else self.owner.group


class PixelBudget:
    """Lets pictures in as long as their pixels together stay below a sum; the next ones wait.

    A picture takes up to 16 bytes a pixel while it is decoded, so that sum bounds the memory.
    A single limit of pictures would let six large ones in, or make small ones wait for nothing.

    Of those that wait, first comes the group that has had the fewest pixels since the line was last
    empty, in it the owner who has, and of an owner's pictures the smallest: six large pictures of
    one visitor hold up no other's. A picture that has let the whole sum pass since the last one of
    its group goes before all.
    """

    def __init__(self, pixels: int, *, most_of_group: int | None = None) -> None:
        """Starts with the whole sum free.

        Args:
            pixels: The sum; a larger picture than that is let in once no other is being decoded.
            most_of_group: How much of the sum one group may use at a time, so that another group
                finds room at once; None for all. Pictures without an owner may use all.
        """
        self._pixels = self._free = pixels
        self._most_of_group = pixels if most_of_group is None else most_of_group
        self._changed = threading.Condition()
        self._line: list[_Ticket] = []
        self._served = Counter[str | Owner | None]()
        self._inside = Counter[str | None]()

    @contextmanager
    def reserve(self, pixels: int) -> Iterator[None]:
        """Waits until it is the picture's turn and so many pixels are free; holds them meanwhile.

        Args:
            pixels: Width times height of the picture.
        """
        ticket = _Ticket(OWNER.get(), min(pixels, self._pixels))
        with self._changed:
            self._line.append(ticket)
            self._let_in()
        try:
            while not self._wait_briefly(ticket):
                ON_WAIT.get()()
            yield
        finally:
            with self._changed:
                self._leave(ticket)

    def _wait_briefly(self, ticket: _Ticket) -> bool:
        """Waits a moment; tells whether the picture is let in."""
        with self._changed:
            return self._changed.wait_for(lambda: ticket.inside, _LOOK_SECONDS)

    def _leave(self, ticket: _Ticket) -> None:
        if ticket.inside:
            self._free += ticket.share
            self._inside[ticket.group] -= ticket.share
        else:
            self._line.remove(ticket)
        self._let_in()
        if not self._line and self._free == self._pixels:
            self._served.clear()

    def _let_in(self) -> None:
        """Lets in whose turn it is, as long as there is room for them."""
        while ticket := self._choose_next():
            if ticket.share > self._free:
                return
            place = self._line.index(ticket)
            for other in self._line[:place]:
                other.passed += ticket.share
            del self._line[place]
            if ticket.owner is not None:  # one at a time: a flood's would all be overdue at once
                for other in self._line:
                    other.passed = 0 if other.group == ticket.group else other.passed
            self._free -= ticket.share
            self._inside[ticket.group] += ticket.share
            # Nobody in particular, as in a command, is one owner and one group.
            self._served.update({ticket.owner: ticket.share, ticket.group: ticket.share})
            ticket.inside = True
            self._changed.notify_all()

    def _choose_next(self) -> _Ticket | None:
        """Chooses whose turn it is, among those whose group may have more at once."""
        line = [it for it in self._line if self._may_enter(it)]
        overdue = (it for it in line if it.passed >= self._pixels)
        return next(overdue, None) or min(line, key=self._rank, default=None)

    def _may_enter(self, ticket: _Ticket) -> bool:
        if ticket.owner is None:
            return True
        return self._inside[ticket.group] + ticket.share <= self._most_of_group

    def _rank(self, ticket: _Ticket) -> tuple[int, int, int]:
        return self._served[ticket.group], self._served[ticket.owner], ticket.share
