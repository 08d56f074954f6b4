"""Who computes next: fair among visitors, in order, and nobody gets another's rows."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from queue_visitors import Answer, Lab, Visitor, wait_until

from facemask_core.models.fair_queue import Arrays, FairQueue
from facemask_core.models.queue_client import ThreadClient


@settings(max_examples=40)
@given(st.lists(st.integers(0, 4), max_size=14))
def test_of_those_who_ask_at_once_everybodys_first_comes_before_anybodys_second(
    arrivals: list[int],
) -> None:
    lab = Lab()
    with lab.closed():
        asked = [lab.ask(Visitor(key), number) for number, key in enumerate(arrivals)]
    for future in asked:
        future.result(20)
    seen: Counter[int] = Counter()
    rounds = []
    for key in arrivals:
        rounds.append(seen[key])
        seen[key] += 1
    expected = sorted(range(len(arrivals)), key=lambda number: (rounds[number], number))
    assert lab.batches == [[number] for number in expected]
    lab.pool.shutdown()


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 5), st.integers(0, 1)), max_size=10))
def test_nobody_gets_another_visitors_rows(asked: list[tuple[int, int, int]]) -> None:
    lab, number, futures = Lab(), 0, []
    with lab.closed():
        for key, rows, kind in asked:
            values = [float(number + row) for row in range(rows)]
            number += rows
            futures.append((values, lab.ask(Visitor(key), *values, kind=kind, together=6)))
    for values, future in futures:
        np.testing.assert_array_equal(future.result(20)[0], 2 * np.array(values))
    assert sorted(value for batch in lab.batches for value in batch) == list(range(number))
    assert all(len(batch) <= 6 for batch in lab.batches)
    lab.pool.shutdown()


def test_what_is_alike_is_computed_at_once_and_paid_by_the_row() -> None:
    lab = Lab()
    visitors = [Visitor(key) for key in range(4)]
    with lab.closed():
        futures = [
            lab.ask(visitors[0], 1.0, kind="a", together=3),
            lab.ask(visitors[1], 2.0, kind="b", together=3),
            lab.ask(visitors[2], 3.0, 4.0, kind="a", together=3),
            lab.ask(visitors[3], 5.0, kind="a", together=3),
        ]
    for future in futures:
        future.result(20)
    assert lab.batches == [[1.0, 3.0, 4.0], [2.0], [5.0]]
    assert visitors[2].seconds == pytest.approx(2 * visitors[0].seconds)


def test_what_is_asked_of_two_models_is_not_computed_at_once() -> None:
    lab = Lab()

    def multiply(factor: float) -> Callable[[Arrays], Answer]:
        return lambda arrays: [factor * arrays[0]]

    with lab.closed():
        asked = [
            lab.ask(Visitor(name), 1.0, model=name, kind="a", together=8, work=multiply(factor))
            for name, factor in (("one", 2.0), ("another", 3.0))
        ]
    assert [future.result(20)[0].tolist() for future in asked] == [[2.0], [3.0]]
    lab.pool.shutdown()


def test_a_visitor_in_line_is_told_how_many_come_first() -> None:
    lab = Lab()
    first, second = Visitor("first"), Visitor("second")
    with lab.closed():
        futures = [lab.ask(first) for _ in range(5)] + [lab.ask(second)]
        wait_until(lambda: len(second.messages) > 1)
    for future in futures:
        future.result(20)
    assert set(second.messages) == {2, -1}, "the batch under way and the other's first"
    assert second.messages[-1] == -1


def test_who_leaves_is_not_computed_and_loses_no_place() -> None:
    lab = Lab()
    restless, patient = Visitor("restless"), Visitor("patient")
    with lab.closed():
        given_up = lab.ask(restless, 1.0)
        restless.leaving.set()
        with pytest.raises(KeyboardInterrupt):
            given_up.result(20)
        restless.leaving.clear()
        futures = [lab.ask(restless, 2.0), lab.ask(patient, 3.0)]
    for future in futures:
        future.result(20)
    assert lab.batches == [[2.0], [3.0]]


def test_who_has_left_by_their_turn_is_not_computed() -> None:
    lab = Lab()
    gone, alike = Visitor("gone"), [Visitor("gone too"), Visitor("here")]
    with lab.closed():
        given_up = lab.ask(gone, 1.0, kind="other")
        together = [lab.ask(it, 2.0 + n, kind="k", together=8) for n, it in enumerate(alike)]
        gone.on_wait = alike[0].on_wait = lambda _ahead: None  # nobody looks before the turn
        for visitor in (gone, alike[0]):
            visitor.leaving.set()
    with pytest.raises(KeyboardInterrupt):
        given_up.result(20)
    assert [float(future.result(20)[0][0]) for future in together] == [4.0, 6.0]
    assert lab.batches == [[2.0, 3.0]], "one of these is still there"


def test_what_was_asked_next_moves_up_when_the_first_is_given_up() -> None:
    lab = Lab()
    old, new, other = Visitor("one"), Visitor("one"), Visitor("other")
    with lab.closed():
        given_up = lab.ask(old, 1.0)
        futures = [lab.ask(new, 2.0), lab.ask(other, 3.0)]
        old.leaving.set()
        with pytest.raises(KeyboardInterrupt):
            given_up.result(20)
    for future in futures:
        future.result(20)
    assert lab.batches == [[2.0], [3.0]]


def test_long_work_waits_behind_a_newcomer() -> None:
    lab = Lab()
    busy, newcomer = Visitor("busy"), Visitor("newcomer")
    for number in range(3):
        lab.ask(busy, number).result(20)
    with lab.closed():
        futures = [lab.ask(busy, 3.0), lab.ask(busy, 4.0), lab.ask(newcomer, 5.0)]
    for future in futures:
        future.result(20)
    assert lab.batches[3:].index([5.0]) < lab.batches[3:].index([4.0])


def _slow(arrays: Arrays) -> Answer:
    time.sleep(0.4)  # far longer than a quick batch takes on a machine with other work
    return [arrays[0]]


def test_a_batch_that_takes_long_counts_for_more() -> None:
    lab, busy, nimble = Lab(), Visitor("busy"), Visitor("nimble")
    with lab.closed():
        futures = [lab.ask(busy, 1.0, work=_slow), lab.ask(nimble, 2.0)]
    for future in futures:
        future.result(20)
    with lab.closed():
        futures = [lab.ask(busy, 3.0), lab.ask(nimble, 4.0)]
    for future in futures:
        future.result(20)
    assert lab.batches == [[2.0], [4.0], [3.0]], "both had one batch, but not the same time"


def test_who_had_much_is_due_again_when_others_had_as_much() -> None:
    lab, busy = Lab(), Visitor("busy")
    with lab.closed():
        futures = [lab.ask(busy, 1.0, work=_slow), lab.ask(Visitor("other"), 2.0)]
    for future in (*futures, lab.ask(Visitor("another"), work=_slow)):
        future.result(20)
    with lab.closed():
        futures = [lab.ask(busy, 3.0), lab.ask(Visitor("newcomer"), 4.0)]
    for future in futures:
        future.result(20)
    assert lab.batches[-2:] == [[3.0], [4.0]]


def test_ones_fault_is_not_the_others() -> None:
    lab = Lab()

    def fussy(arrays: Arrays) -> Answer:
        if (arrays[0] < 0).any():
            raise ZeroDivisionError
        return lab._work(arrays)

    with lab.closed():
        values = (1.0, -1.0, 2.0)
        futures = [
            lab.ask(Visitor(value), value, kind="a", together=8, work=fussy) for value in values
        ]
    assert [futures[0].result(20)[0], futures[2].result(20)[0]] == [2.0, 4.0]
    with pytest.raises(ZeroDivisionError):
        futures[1].result(20)
    assert lab.ask(Visitor("next"), 5.0).result(20)[0] == 10.0


def test_who_leaves_while_computed_along_leaves_nothing_behind() -> None:
    lab = Lab()
    first, rider = Visitor("first"), Visitor("rider")
    begun, go_on = threading.Event(), threading.Event()

    def slow(arrays: Arrays) -> Answer:
        begun.set()
        assert go_on.wait(20)
        if len(arrays[0]) > 1:
            raise ZeroDivisionError  # the rider would be put back in line
        return [arrays[0]]

    with lab.closed():
        futures = [lab.ask(it, 1.0, kind="a", together=8, work=slow) for it in (first, rider)]
    assert begun.wait(20)
    rider.leaving.set()
    with pytest.raises(KeyboardInterrupt):
        futures[1].result(20)
    go_on.set()
    futures[0].result(20)
    assert not lab.queue._requests
    assert lab.ask(Visitor("next"), 5.0).result(20)[0] == 10.0


@pytest.mark.parametrize("model", ["model", "another"])
def test_lining_up_waits_for_all_but_those_computed_along(model: str) -> None:
    lab, late = Lab(), Visitor("late")

    def line_up() -> None:
        lab.here.visitor = late
        with lab.queue.take_turn(model, together=3):
            pass

    with lab.closed():
        futures = [lab.ask(Visitor(number), number) for number in range(3)]
        lined_up = lab.pool.submit(line_up)
        wait_until(lambda: len(late.messages) > 1)
        assert not lined_up.done()
        last = lab.ask(Visitor("last"), 4.0)
    for future in (*futures, last):
        future.result(20)
    lined_up.result(20)
    assert set(late.messages) <= {4, 3, 2, 1}
    assert len(lab.queue._requests) == 0


@pytest.mark.parametrize(("model", "together"), [("another", 8), ("model", 1)])
def test_lining_up_waits_for_a_batch_that_may_take_long(model: str, together: int) -> None:
    """And says so, and can be given up."""
    lab, next_one = Lab(), Visitor("next")

    def line_up() -> None:
        lab.here.visitor = next_one
        with lab.queue.take_turn(model, together=together):
            pass

    with lab.closed():
        lined_up = lab.pool.submit(line_up)
        wait_until(lambda: next_one.messages[:2] == [1, 1])
        next_one.leaving.set()
        with pytest.raises(KeyboardInterrupt):
            lined_up.result(20)
    assert not lab.queue._requests


def test_a_place_is_kept_for_all_that_one_lined_up_for() -> None:
    lab, early = Lab(), Visitor("early")

    def both() -> Answer:
        lab.here.visitor = early
        with lab.queue.take_turn("model", together=2):
            wait_until(lambda: len(lab.queue._requests) == 5)
            for value in (6.0, 7.0):
                answer = lab.queue.compute("model", None, [np.array([value])], lab._work)
        return answer

    def patient(arrays: Arrays) -> Answer:
        """Lasts until the second is in line; a busy machine may take long to get there."""
        wait_until(
            lambda: [7.0] in lab.batches or early in [it.client for it in lab.queue._requests]
        )
        return lab._work(arrays)

    with lab.closed():
        mine = lab.pool.submit(both)
        wait_until(lambda: "early" in lab.queue._reservations)
        futures = [lab.ask(Visitor(number), number, work=patient) for number in range(5)]
        wait_until(lambda: len(lab.queue._requests) == 6)
    for future in (mine, *futures):
        future.result(20)
    # One may slip in while the next is being made ready; it does not stand behind all of them.
    assert lab.batches[0] == [6.0]
    assert lab.batches.index([7.0]) <= 2
    assert not lab.queue._reservations


def test_nothing_is_remembered_of_those_who_have_gone() -> None:
    lab = Lab()
    for number in range(200):
        lab.ask(Visitor(number), number).result(20)
    lab.ask(Visitor("long"), 0.0).result(20)
    lab.ask(Visitor("long"), 0.0).result(20)
    lab.ask(Visitor("long"), 0.0).result(20)
    assert len(lab.queue._clients[None]) <= 2


def test_threads_of_a_program_need_no_name() -> None:
    queue, inside, most = FairQueue(), deque[int](), []

    def work(arrays: Arrays) -> Answer:
        inside.append(1)
        most.append(len(inside))
        time.sleep(0.001)
        inside.pop()
        return [arrays[0]]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: queue.compute("model", "a", [np.zeros(1)], work), range(50)))
    assert max(most) == 1
    assert ThreadClient().key == threading.get_ident()
