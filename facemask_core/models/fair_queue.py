"""A fair queue before the processor: one batch at a time, equal requests computed together.

A batch keeps every core busy, so two at once would only slow each other down. All clients have the
same share of the processor's time, as by fair queueing (Demers, Keshav and Shenker 1989, doi
10.1145/75246.75248): a client that has had more than its share waits until the others have caught
up, and among the rest the first to come is the first to go. So a visitor with much to compute waits
behind those with little, and a long batch counts for more than a short one. What a client asks
anew can go before what has taken long already.

Clients may belong to groups, such as all who come from one address. Then the groups have equal
shares, and the clients of a group share what is theirs (hierarchical fair queueing, Bennett and
Zhang 1997, doi 10.1109/90.649568): forty clients of one group keep another group waiting for one
batch, not for forty.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from numpy.typing import NDArray

from facemask_core.models.anticipation import Anticipation
from facemask_core.models.head_start import HeadStart
from facemask_core.models.joint_batch import Arrays, compute_together
from facemask_core.models.queue_client import Client, ThreadClient
from facemask_core.models.queue_request import Request
from facemask_core.models.time_shares import TimeShares
from facemask_core.models.turn_order import Loan, Order, find_loans, order_turns

_LOOK_SECONDS = 0.25
"""Seconds after which a waiting client hears its place again, and may leave."""
_CREDIT_SECONDS = 2.0
"""A page needs one or two seconds of the processor, and its visitor looks at it for longer."""
_MOMENT = 0.05
"""Seconds after which a batch that gave way looks whether nobody comes any more."""


class FairQueue:
    """The queue before a processor that several models and many threads share."""

    def __init__(
        self, find_client: Callable[[], Client] = ThreadClient, *, head_start: float = 0.0
    ) -> None:
        """Makes an empty queue.

        Args:
            find_client: Returns the client of the calling thread; may raise to refuse it.
            head_start: Until a wish has taken so many seconds of the processor, it goes before
                those of the same group that took more.
        """
        self._find_client = find_client
        self._condition = threading.Condition()
        self._requests: list[Request] = []
        self._running: list[Request] = []
        self._since = 0.0
        """When the batch under way began, or was charged for the last time."""
        self._line: list[Request] | None = None
        """The requests in the order of their turns; None where that has to be worked out anew."""
        self._groups = TimeShares(_CREDIT_SECONDS)
        self._clients: dict[Hashable, TimeShares] = {}
        """How the clients of each group share what is the group's."""
        self._head_start = HeadStart(head_start)
        self._last_group: Hashable = None
        self._anticipation = Anticipation()
        self._usual_seconds = 1.0
        """What a request took lately, to foresee the turns of groups with many requests."""
        self._reservations: dict[Hashable, Order] = {}
        self._loans: dict[Hashable, Loan] = {}
        self._count = 0

    def compute(
        self,
        model: Hashable,
        kind: Hashable,
        arrays: Arrays,
        work: Callable[[Arrays], list[NDArray[Any]]],
        *,
        together: int = 1,
    ) -> list[NDArray[Any]]:
        """Waits for the client's turn and computes.

        Args:
            model: The model that computes.
            kind: Equal for calls to a model whose rows the same work could answer in one batch.
            arrays: Inputs with the same first axis.
            work: Computes outputs, row by row independent, with that first axis.
            together: How many rows, of several clients, are worth computing at once.

        Returns:
            The outputs for these rows alone.
        """
        request = self._enter(self._find_client(), model, kind, arrays)
        try:
            while request.outputs is None:
                batch, ahead = self._wait_briefly(request, together)
                if batch:
                    self._compute(batch, work)
                elif request.outputs is None:
                    request.client.on_wait(ahead)
            return request.outputs
        finally:
            self._leave(request)

    @contextmanager
    def take_turn(self, model: Hashable, *, together: int = 1) -> Iterator[None]:
        """Waits for the client's turn; all batches of the block have that place in the queue.

        A client may leave before the block begins, which the block itself may not allow.

        Args:
            model: The model of the first batch.
            together: As for :meth:`compute`.
        """
        key = self._wait_for_turn(self._find_client(), model, together)
        try:
            yield
        finally:
            with self._condition:
                # A session's next run may have ended its own by now.
                self._reservations.pop(key, None)

    def lend_place(self, client: Client, owner: Hashable) -> None:
        """Lets another client's requests come as early as this one's own would.

        Somebody who waits for what another computes must not wait for the other's turn, too.

        Args:
            client: Who waits.
            owner: The key of the client that computes.
        """
        with self._condition:
            loan = self._loans.get(client.key)
            if loan is None or loan.owner != owner:
                self._loans[client.key] = Loan(owner, client.group, self._find_order(client, 0))
                self._groups.enter(client.group)
                self._line = None
                self._condition.notify_all()

    def take_place_back(self, client: Client) -> None:
        """Ends what :meth:`lend_place` began, if anything.

        Args:
            client: Who waited.
        """
        with self._condition:
            if self._loans.pop(client.key, None) is not None:
                self._line = None

    def is_awaited(self, client: Client) -> bool:
        """Tells whether anybody waits for what a client computes.

        Args:
            client: The client.
        """
        with self._condition:
            return any(loan.owner == client.key for loan in self._loans.values())

    def _wait_for_turn(self, client: Client, model: Hashable, together: int) -> Hashable:
        request, near = self._enter(client, model, None, ()), False
        try:
            while True:
                with self._condition:
                    near = self._condition.wait_for(
                        lambda: self._is_near(request, together), _LOOK_SECONDS
                    )
                    if near:
                        self._reservations[client.key] = request.order
                        return client.key
                    ahead = self._clients_ahead(request)
                client.on_wait(ahead)
        finally:
            self._leave(request, reserved=near)

    def _enter(self, client: Client, model: Hashable, kind: Hashable, arrays: Arrays) -> Request:
        with self._condition:
            order = self._reservations.get(client.key)
            if order is None:
                before = sum(other.client.key == client.key for other in self._requests)
                order = self._find_order(client, before)
            request = Request(client, model, kind, arrays, order)
            self._requests.append(request)
            self._groups.enter(client.group)
            self._line = None
            return request

    def _find_order(self, client: Client, before: int) -> Order:
        """Finds the place of a client's request that comes now.

        Args:
            client: The client.
            before: How many requests of the same client wait already.
        """
        self._count += 1
        shares = self._clients.setdefault(client.group, TimeShares())
        due = shares.find_due(client.key)
        return Order(
            self._head_start.find_level((client.key, client.wish)), due, before, self._count
        )

    def _leave(self, request: Request, *, reserved: bool = False) -> None:
        with self._condition:
            request.gone, self._line = True, None
            if request in self._requests:
                self._requests.remove(request)
                self._condition.notify_all()
                if reserved:
                    return
                # A request that was not computed costs no place: its client's later ones move up.
                for other in self._requests:
                    if other.client.key == request.client.key and other.order > request.order:
                        other.order = other.order._replace(before=other.order.before - 1)

    def _wait_briefly(self, request: Request, together: int) -> tuple[list[Request], int]:
        """Waits a moment; returns the batch to compute now, or how many clients come first."""

        def is_over() -> bool:
            return request.outputs is not None or self._is_next(request)

        with self._condition:
            if not self._condition.wait_for(is_over, _LOOK_SECONDS):
                return [], self._clients_ahead(request)
            if request.outputs is not None:
                return [], 0
            batch = self._choose_batch(request, together)
            for other in batch:
                self._requests.remove(other)
            self._begin(batch)
            return batch, 0

    def _begin(self, batch: list[Request]) -> None:
        self._running, self._line = batch, None
        group, idle = self._anticipation.end()
        if idle:
            self._groups.charge({group: idle}, {group, *(it.client.group for it in batch)})

    def _list_turns(self) -> list[Request]:
        """Lists the requests in the order of their turns, as it would be if nobody else came."""
        if self._line is None:
            places = [(it.client.group, it.order, it) for it in self._requests]
            for request in self._requests:
                for loan in find_loans(self._loans, request.client.key) if self._loans else ():
                    places.append((loan.group, loan.order, request))
            self._line = order_turns(
                places, self._groups.find_due, self._last_group, self._usual_seconds
            )
        return self._line

    def _is_next(self, request: Request) -> bool:
        if self._running or request is not self._list_turns()[0]:
            return False
        return not self._anticipation.holds_back(request.client.group, self._groups.find_due)

    def _is_near(self, request: Request, together: int) -> bool:
        """Tells whether a request is next, or can be computed with those ahead of it.

        A batch of another model may take long, and so may one of a model that computes one image
        at a time.
        """
        if together == 1:
            return self._is_next(request)
        first = self._requests_ahead(request)
        alike = all(it.model == request.model for it in (*self._running, *first))
        return alike and len(first) < together

    def _requests_ahead(self, request: Request) -> list[Request]:
        line = self._list_turns()
        return line[: line.index(request)] if request in line else []

    def _clients_ahead(self, request: Request) -> int:
        first = self._requests_ahead(request)
        return len({it.client.key for it in (*self._running, *first)} - {request.client.key})

    def _choose_batch(self, request: Request, together: int) -> list[Request]:
        """Chooses the requests that cost little more when they are computed with this one."""
        batch, rows = [request], request.rows
        for other in self._list_turns():
            alike = other.kind is not None and (other.model, other.kind) == (
                request.model,
                request.kind,
            )
            if other is not request and alike and rows + other.rows <= together:
                batch.append(other)
                rows += other.rows
        return batch

    def give_way(self) -> None:
        """Lets those go first who are due before the batch under way; its work calls this.

        A batch keeps its place in each of its groups until it has taken so long that it falls back:
        it gives way to other groups, and to what took less. It ends here if all who wanted it have
        left.
        """
        _end_unwanted(self._running)
        batch, seconds = self._running, self._stop_clock(self._running)
        with self._condition:
            self._charge(batch, seconds)
            for request in batch:
                level = self._head_start.find_level((request.client.key, request.client.wish))
                request.order = request.order._replace(level=level)
            # Nobody else may compute these, or compute theirs along with them.
            tickets = [replace(request, kind=None, arrays=()) for request in batch]
            self._running, self._line = [], None
            self._requests += tickets
            if not any(self._is_next(ticket) for ticket in tickets):
                self._condition.notify_all()
                while not any(self._is_next(ticket) for ticket in tickets):
                    self._condition.wait(_MOMENT)
            self._requests = [it for it in self._requests if it not in tickets]
            self._begin(batch)
        for request in batch:
            request.client.on_finish(seconds * request.rows)
        self._since = time.perf_counter()
        _end_unwanted(batch)

    def _stop_clock(self, batch: list[Request]) -> float:
        """Returns the seconds a row of the batch under way has taken since the last time."""
        return (time.perf_counter() - self._since) / sum(request.rows for request in batch)

    def _compute(self, batch: list[Request], work: Callable[[Arrays], list[NDArray[Any]]]) -> None:
        answers: list[list[NDArray[Any]]] = []
        self._since = time.perf_counter()
        try:
            _end_unwanted(batch)
            batch[0].client.on_start()
            answers = compute_together([request.arrays for request in batch], work)
        except Exception:
            if len(batch) == 1:
                raise
        finally:
            seconds = self._stop_clock(batch)
            self._finish(batch, answers, seconds)
        for request in batch:
            request.client.on_finish(seconds * request.rows)

    def _finish(
        self, batch: list[Request], answers: list[list[NDArray[Any]]], seconds: float
    ) -> None:
        with self._condition:
            self._charge(batch, seconds)
            self._running, self._line = [], None
            for request, answer in zip(batch, answers, strict=False):
                request.outputs = answer
            if not answers and len(batch) > 1:
                # An error of one must not be an error of the others: each is computed by itself.
                for request in batch:
                    request.kind = None
                self._requests += [request for request in batch if not request.gone]
            self._condition.notify_all()

    def _charge(self, batch: list[Request], seconds: float) -> None:
        """Charges each client for its rows, and gives all clients present a share of the time."""
        present = [request.client for request in (*self._requests, *batch)]
        used: dict[Hashable, dict[Hashable, float]] = {}
        for request in batch:
            members = used.setdefault(request.client.group, {})
            key = request.client.key
            members[key] = members.get(key, 0.0) + seconds * request.rows
            self._head_start.charge((key, request.client.wish), seconds * request.rows)
        for group, members in used.items():
            keys = {client.key for client in present if client.group == group}
            self._clients.setdefault(group, TimeShares()).charge(members, keys)
        totals = {group: sum(members.values()) for group, members in used.items()}
        groups = {client.group for client in present}
        groups |= {loan.group for loan in self._loans.values()}
        self._groups.charge(totals, groups)
        # Of a group that is gone and owes nothing to the others, nobody waits for what one owes.
        self._clients = {
            group: shares
            for group, shares in self._clients.items()
            if group in groups or group in self._groups
        }
        self._last_group = batch[0].client.group
        if any(it.client.group != self._last_group for it in self._requests):
            self._anticipation.begin(self._last_group)
        self._usual_seconds += (seconds * batch[0].rows - self._usual_seconds) / 4


def _end_unwanted(batch: list[Request]) -> None:
    """Ends the calling thread's work on a batch if all clients it is computed for have left."""
    if all(request.client.has_left() for request in batch):
        batch[0].client.end_work()
