"""Who uses the processor: a visitor of the lab, or a thread of a program without visitors."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from typing import Protocol


class Client(Protocol):
    """A user of the processor, such as a visitor of the lab."""

    @property
    def key(self) -> Hashable:
        """The client's identity: requests of one key share one account."""

    @property
    def group(self) -> Hashable:
        """The group with which the client shares; None if all clients are on their own."""

    @property
    def wish(self) -> Hashable:
        """What it asks for: what has taken long falls behind what it or others asked anew."""

    def on_wait(self, ahead: int) -> None:
        """Called several times a second while the client waits; an error it raises ends the wait.

        Args:
            ahead: How many other clients come first.
        """

    def on_start(self) -> None:
        """Called when the client's turn has come."""

    def on_finish(self, seconds: float) -> None:
        """Called with the time the client used the processor."""

    def has_left(self) -> bool:
        """Tells whether nobody wants the answer any more; called in any thread."""

    def end_work(self) -> None:
        """Raises what ends the calling thread's work; called where the client has left."""


class ThreadClient:
    """The calling thread as a client, for programs without visitors."""

    def __init__(self) -> None:
        """Takes the thread's number as the key."""
        self.key: Hashable = threading.get_ident()
        self.group: Hashable = None
        self.wish: Hashable = None

    def on_wait(self, ahead: int) -> None:
        """Keeps waiting."""

    def on_start(self) -> None:
        """Does nothing."""

    def on_finish(self, seconds: float) -> None:
        """Does nothing: a thread has no allowance."""

    def has_left(self) -> bool:
        """Tells that the thread still waits."""
        return False

    def end_work(self) -> None:
        """Does nothing: a thread stays."""
