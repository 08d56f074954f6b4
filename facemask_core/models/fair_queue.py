"""Who computes next when many ask at once: one batch at a time, in fair order, alike ones together.

A batch keeps every core busy, so two at once would only slow each other down. Everybody has the
same share of the processor's time, as by fair queueing (Demers, Keshav and Shenker 1989, doi
10.1145/75246.75248): whoever has had more than that waits until the others have caught up, and of
those who have not, whoever came first goes first. So a visitor with much to compute waits behind
those with little, and a batch that takes long counts for more than one that does not.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Arrays = Sequence[NDArray[Any]]
_LOOK_SECONDS = 0.25
"""How often someone who waits is told where, and may think better of it."""


class Asker(Protocol):
    """On whose behalf something is computed."""

    @property
    def key(self) -> Hashable:
        """Tells one from another."""

    def waits(self, before: int) -> None:
        """Told several times a second while it waits; whatever it raises gives its place up.

        Args:
            before: How many others come first.
        """

    def begins(self) -> None:
        """Told when its turn has come."""

    def used(self, seconds: float) -> None:
        """Told how long it kept the processor."""


class Alone:
    """Whoever asks without a name: a thread of a program that serves nobody else."""

    def __init__(self) -> None:
        """Takes the thread for the name."""
        self.key: Hashable = threading.get_ident()

    def waits(self, before: int) -> None:
        """Waits on."""

    def begins(self) -> None:
        """Needs no telling."""

    def used(self, seconds: float) -> None:
        """Pays nothing."""


@dataclass(eq=False)
class _Request:
    """A batch that waits.

    Attributes:
        model: Whose batch it is.
        kind: Equal for batches that can be computed as one; None for one that was in vain.
        order: From when its asker is due, how many of the asker's own came before, and a number.
        outputs: The answer, once there is one.
        left: Whether nobody waits for it any more.
    """

    asker: Asker
    model: Hashable
    kind: Hashable
    arrays: Arrays
    order: tuple[float, int, int]
    outputs: list[NDArray[Any]] | None = None
    left: bool = False

    @property
    def rows(self) -> int:
        return len(self.arrays[0])


class Turns:
    """The queue before a processor that several models and many threads share."""

    def __init__(self, asking: Callable[[], Asker] = Alone) -> None:
        """Begins with nobody waiting.

        Args:
            asking: Tells on whose behalf the calling thread asks; may raise to turn them away.
        """
        self._asking = asking
        self._changed = threading.Condition()
        self._waiting: list[_Request] = []
        self._served: list[_Request] = []
        self._now = 0.0
        """Seconds of the processor that were everybody's share so far."""
        self._due: dict[Hashable, float] = {}
        """When those who had more than their share are due again."""
        self._kept: dict[Hashable, tuple[float, int, int]] = {}
        self._asked = 0

    def compute(
        self,
        model: Hashable,
        kind: Hashable,
        arrays: Arrays,
        work: Callable[[Arrays], list[NDArray[Any]]],
        *,
        together: int = 1,
    ) -> list[NDArray[Any]]:
        """Waits for one's turn and computes.

        Args:
            model: What computes.
            kind: Equal for calls to a model whose rows the same work could answer in one batch.
            arrays: Inputs with the same first axis.
            work: Computes outputs, row by row independent, with that first axis.
            together: How many rows, others' among them, are worth computing at once.

        Returns:
            The outputs for these rows and nobody else's.
        """
        request = self._enter(self._asking(), model, kind, arrays)
        try:
            while request.outputs is None:
                company, before = self._look(request, together)
                if company:
                    self._serve(company, work)
                elif request.outputs is None:
                    request.asker.waits(before)
            return request.outputs
        finally:
            self._leave(request)

    @contextmanager
    def turn(self, model: Hashable, *, together: int = 1) -> Iterator[None]:
        """Lines up; all batches that the block asks for have that place in line.

        What must not be broken off once it has begun can be broken off before the block.

        Args:
            model: What the first batch is for.
            together: As for :meth:`compute`.
        """
        key = self._line_up(self._asking(), model, together)
        try:
            yield
        finally:
            with self._changed:
                self._kept.pop(key, None)  # a session's next run may have ended its own by now

    def _line_up(self, asker: Asker, model: Hashable, together: int) -> Hashable:
        request, near = self._enter(asker, model, None, ()), False
        try:
            while True:
                with self._changed:
                    near = self._changed.wait_for(
                        lambda: self._is_near(request, together), _LOOK_SECONDS
                    )
                    if near:
                        self._kept[asker.key] = request.order
                        return asker.key
                    before = self._before(request)
                asker.waits(before)
        finally:
            self._leave(request, kept=near)

    def _enter(self, asker: Asker, model: Hashable, kind: Hashable, arrays: Arrays) -> _Request:
        with self._changed:
            order = self._kept.get(asker.key)
            if order is None:
                self._asked += 1
                before = sum(other.asker.key == asker.key for other in self._waiting)
                order = (self._due.get(asker.key, self._now), before, self._asked)
            request = _Request(asker, model, kind, arrays, order)
            self._waiting.append(request)
            return request

    def _leave(self, request: _Request, *, kept: bool = False) -> None:
        with self._changed:
            request.left = True
            if request in self._waiting:
                self._waiting.remove(request)
                self._changed.notify_all()
                if kept:
                    return
                # What was not computed costs no place in line: all that its asker wants moves up.
                for other in self._waiting:
                    if other.asker.key == request.asker.key and other.order > request.order:
                        due, before, number = other.order
                        other.order = (due, before - 1, number)

    def _look(self, request: _Request, together: int) -> tuple[list[_Request], int]:
        """Waits a moment; then all that is to be computed now, or how many come first."""

        def decided() -> bool:
            return request.outputs is not None or self._is_next(request)

        with self._changed:
            if not self._changed.wait_for(decided, _LOOK_SECONDS):
                return [], self._before(request)
            if request.outputs is not None:
                return [], 0
            self._served = self._company(request, together)
            for served in self._served:
                self._waiting.remove(served)
            return list(self._served), 0

    def _is_next(self, request: _Request) -> bool:
        return not self._served and request is min(self._waiting, key=lambda it: it.order)

    def _is_near(self, request: _Request, together: int) -> bool:
        """Whether it is next, or can be computed with those before it after a batch of their kind.

        A batch of another model may take long, and so may one of a model that computes alone.
        """
        if together == 1:
            return self._is_next(request)
        first = self._first(request)
        alike = all(it.model == request.model for it in (*self._served, *first))
        return alike and len(first) < together

    def _first(self, request: _Request) -> list[_Request]:
        return [it for it in self._waiting if it.order < request.order]

    def _before(self, request: _Request) -> int:
        first = self._first(request)
        return len({it.asker.key for it in (*self._served, *first)} - {request.asker.key})

    def _company(self, request: _Request, together: int) -> list[_Request]:
        """A request and those that can be computed with it at little more than its own cost."""
        found, rows = [request], request.rows
        for other in sorted(self._waiting, key=lambda it: it.order):
            alike = other.kind is not None and (other.model, other.kind) == (
                request.model,
                request.kind,
            )
            if other is not request and alike and rows + other.rows <= together:
                found.append(other)
                rows += other.rows
        return found

    def _serve(self, company: list[_Request], work: Callable[[Arrays], list[NDArray[Any]]]) -> None:
        start = time.perf_counter()
        answers: list[list[NDArray[Any]]] = []
        try:
            company[0].asker.begins()
            answers = _answered([request.arrays for request in company], work)
        except Exception:
            if len(company) == 1:
                raise
        finally:
            seconds = (time.perf_counter() - start) / sum(request.rows for request in company)
            self._done(company, answers, seconds)
        for request in company:
            request.asker.used(seconds * request.rows)

    def _done(
        self, company: list[_Request], answers: list[list[NDArray[Any]]], seconds: float
    ) -> None:
        with self._changed:
            self._charge(company, seconds)
            self._served = []
            for request, answer in zip(company, answers, strict=False):
                request.outputs = answer
            if not answers and len(company) > 1:
                # One's fault must not be the others': each tries by itself.
                for request in company:
                    request.kind = None
                self._waiting += [request for request in company if not request.left]
            self._changed.notify_all()

    def _charge(self, company: list[_Request], seconds: float) -> None:
        """Puts what a row took on its asker's account, and gives everybody here their share."""
        for request in company:
            since = max(self._now, self._due.get(request.asker.key, self._now))
            self._due[request.asker.key] = since + seconds * request.rows
        rows = sum(request.rows for request in company)
        here = {request.asker.key for request in (*self._waiting, *company)}
        self._now += seconds * rows / len(here)
        self._due = {key: due for key, due in self._due.items() if due > self._now}


def _answered(
    asked: list[Arrays], work: Callable[[Arrays], list[NDArray[Any]]]
) -> list[list[NDArray[Any]]]:
    """Answers several batches as one, and gives each its own rows."""
    if len(asked) == 1:
        return [work(asked[0])]
    outputs = work([np.concatenate(column) for column in zip(*asked, strict=True)])
    ends = np.cumsum([len(arrays[0]) for arrays in asked])
    return [
        [output[end - len(arrays[0]) : end] for output in outputs]
        for arrays, end in zip(asked, ends, strict=True)
    ]
