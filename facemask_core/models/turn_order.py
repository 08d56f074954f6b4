"""The order in which groups and their clients take turns at the processor."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

Request = TypeVar("Request")


class Order(NamedTuple):
    """A place in a group; what comes first decides first.

    Attributes:
        level: How far it has fallen back, because what its client asks for took long.
        due: When its client is due.
        before: How many requests of the same client came before.
        number: Tells places apart.
    """

    level: int
    due: float
    before: int
    number: int


@dataclass(frozen=True)
class Loan:
    """A place that a client lends to another, for whose answer it waits.

    Attributes:
        owner: The key of the other client.
        group: The group of the client that waits.
        order: The place that its own request would have.
    """

    owner: Hashable
    group: Hashable
    order: Order


def find_loans(loans: dict[Hashable, Loan], owner: Hashable) -> list[Loan]:
    """Finds the places lent to a client, by those who wait for it and those who wait for these.

    Args:
        loans: All loans, by the keys of the clients that lend.
        owner: The client's key.
    """
    keys, more = {owner}, True
    places: list[Loan] = []
    while more:
        lent = {key: loan for key, loan in loans.items() if loan.owner in keys and key not in keys}
        places += lent.values()
        keys |= lent.keys()
        more = bool(lent)
    return places


def order_turns(
    places: Iterable[tuple[Hashable, Order, Request]],
    find_due: Callable[[Hashable], float],
    last: Hashable,
    usual_seconds: float,
) -> list[Request]:
    """Orders requests as they would be computed if no other came.

    Args:
        places: The group, the order and the request of each place. A request may have several
            places, of which the earliest counts.
        find_due: Finds when a group is due.
        last: The group that was served last; of several that are due at once it comes last.
        usual_seconds: How much later a group is due after a request.
    """
    members: dict[Hashable, list[tuple[Order, Request]]] = {}
    for group, order, request in sorted(places, key=lambda it: it[1], reverse=True):
        members.setdefault(group, []).append((order, request))
    heads: list[tuple[float, bool, int, Hashable]] = []

    def enter(group: Hashable, due: float) -> None:
        number = members[group][-1][0].number
        heapq.heappush(heads, (due, group == last, number, group))

    for group in members:
        enter(group, find_due(group))
    line: dict[int, Request] = {}
    while heads:
        due, _, _, group = heapq.heappop(heads)
        _, request = members[group].pop()
        if id(request) not in line:
            line[id(request)] = request
            due += usual_seconds
        if members[group]:
            enter(group, due)
    return list(line.values())
