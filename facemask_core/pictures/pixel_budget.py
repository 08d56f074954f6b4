"""How many pixels are decoded at once in this process, so that its memory has a bound."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

OWNER: ContextVar[str | None] = ContextVar("owner", default=None)
"""For whom the calling thread decodes; a server sets it to the visitor's session."""


@dataclass(eq=False)
class _Ticket:
    """A picture in line.

    Attributes:
        owner: For whom it is decoded.
        share: What it takes of the sum.
        passed: Pixels that were let in before it though they came later.
        inside: Whether it is let in.
    """

    owner: str | None
    share: int
    passed: int = 0
    inside: bool = False


class PixelBudget:
    """Lets pictures in as long as their pixels together stay below a sum; the next ones wait.

    A picture takes up to 16 bytes a pixel while it is decoded, so that sum bounds the memory.
    A single limit of pictures would let six large ones in, or make small ones wait for nothing.

    Of those that wait, first comes the owner who has had the fewest pixels since the line was last
    empty, and of an owner's pictures the smallest: six large pictures of one visitor hold up no
    other's. A picture that has let the whole sum pass goes before all.
    """

    def __init__(self, pixels: int) -> None:
        """Starts with the whole sum free.

        Args:
            pixels: The sum; a larger picture than that is let in once no other is being decoded.
        """
        self._pixels = self._free = pixels
        self._changed = threading.Condition()
        self._line: list[_Ticket] = []
        self._served = Counter[str | None]()

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
                self._changed.wait_for(lambda: ticket.inside)
            except BaseException:
                self._leave(ticket)
                raise
        try:
            yield
        finally:
            with self._changed:
                self._leave(ticket)

    def _leave(self, ticket: _Ticket) -> None:
        if ticket.inside:
            self._free += ticket.share
        else:
            self._line.remove(ticket)
        self._let_in()
        if not self._line and self._free == self._pixels:
            self._served.clear()

    def _let_in(self) -> None:
        """Lets in whose turn it is, as long as there is room for them."""
        while self._line:
            ticket = next((it for it in self._line if it.passed >= self._pixels), None)
            ticket = ticket or min(self._line, key=lambda it: (self._served[it.owner], it.share))
            if ticket.share > self._free:
                return
            place = self._line.index(ticket)
            for other in self._line[:place]:
                other.passed += ticket.share
            del self._line[place]
            self._free -= ticket.share
            self._served[ticket.owner] += ticket.share
            ticket.inside = True
            self._changed.notify_all()
