"""Groups in the fair queue: however many clients one has, another waits for one batch of it."""

from __future__ import annotations

import heapq
import itertools
import threading
from collections import Counter
from collections.abc import Hashable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemask_core.models.anticipation import SECONDS, Anticipation
from facemask_core.models.fair_queue import FairQueue
from facemask_core.models.joint_batch import Arrays
from facemask_core.models.queue_request import Request
from facemask_core.models.time_shares import TimeShares


class Session:
    """A client of a group."""

    def __init__(self, key: Hashable, group: Hashable) -> None:
        self.key, self.group, self.wish = key, group, None

    def on_wait(self, ahead: int) -> None: ...

    def on_start(self) -> None: ...

    def on_finish(self, seconds: float) -> None: ...

    def has_left(self) -> bool:
        return False

    def end_work(self) -> None: ...


class Simulation:
    """A queue in a time of its own: the batches last as long as they say, and nothing waits."""

    def __init__(self) -> None:
        self.queue = FairQueue()
        self.now = 0.0
        self.turns: list[Session] = []
        self.waits: dict[Hashable, list[float]] = {}
        self._arrivals: list[tuple[float, int, Session, float, float]] = []
        self._count = itertools.count()

    def visit(self, session: Session, at: float, seconds: float, pause: float = 0.0) -> None:
        """A session that asks at a time, and again and again a while after each answer."""
        heapq.heappush(self._arrivals, (at, next(self._count), session, seconds, pause))

    def run(self, until: float) -> None:
        waiting: dict[int, tuple[Request, Session, float, float, float]] = {}
        while self.now < until:
            while self._arrivals and self._arrivals[0][0] <= self.now:
                at, _, session, seconds, pause = heapq.heappop(self._arrivals)
                request = self.queue._enter(session, "model", None, [np.zeros(1)])
                waiting[id(request)] = (request, session, at, seconds, pause)
            if not waiting:
                self.now = self._arrivals[0][0]
                continue
            request = self.queue._list_turns()[0]
            _, session, at, seconds, pause = waiting.pop(id(request))
            self.queue._running, self.queue._line = [request], None
            self.queue._requests.remove(request)
            self.turns.append(session)
            self.waits.setdefault(session.key, []).append(self.now - at)
            self.now += seconds
            # Who came meanwhile stands in the queue when the batch ends.
            while self._arrivals and self._arrivals[0][0] <= self.now:
                came, _, other, length, rest = heapq.heappop(self._arrivals)
                entered = self.queue._enter(other, "model", None, [np.zeros(1)])
                waiting[id(entered)] = (entered, other, came, length, rest)
            self.queue._finish([request], [[np.zeros(1)]], seconds)
            self.visit(session, self.now + pause, seconds, pause)


@pytest.mark.parametrize("pause", [0.0, 0.3, 7.0])
@pytest.mark.parametrize("turn", [0.2, 1.0, 4.0])
def test_forty_sessions_of_one_address_keep_another_waiting_for_one_turn(
    turn: float, pause: float
) -> None:
    lab = Simulation()
    for number in range(40):
        lab.visit(Session(number, "flood"), 0.0, turn)
    lab.visit(Session("honest", "home"), 0.5, turn, pause)
    lab.run(400.0)
    assert len(lab.waits["honest"]) > 20
    assert max(lab.waits["honest"]) <= 2 * turn  # the batch under way, and one more at most
    assert np.median(lab.waits["honest"]) <= turn


def test_without_groups_forty_sessions_keep_another_waiting_for_forty_turns() -> None:
    """The control, which is what a class wants: everybody in it has the same share."""
    lab = Simulation()
    for number in range(40):
        lab.visit(Session(number, None), 0.0, 1.0)
    lab.visit(Session("honest", None), 0.5, 1.0)
    lab.run(400.0)
    assert max(lab.waits["honest"]) > 35.0
    served = Counter(session.key for session in lab.turns)
    assert max(served.values()) - min(served.values()) <= 1


def test_a_group_alone_has_the_whole_processor_and_shares_it() -> None:
    lab = Simulation()
    for number in range(40):
        lab.visit(Session(number, "school"), 0.0, 1.0)
    lab.run(400.0)
    assert sum(wait == 0.0 for waits in lab.waits.values() for wait in waits) < 2
    served = Counter(session.key for session in lab.turns)
    assert sorted(served.values()) == [10] * 40


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 12), st.floats(0.1, 3.0)), min_size=2, max_size=5, unique=True
    )
)
def test_groups_that_always_want_more_get_equal_time(
    groups: list[tuple[int, float]],
) -> None:
    """Whatever the number of their sessions and the length of their batches."""
    lab = Simulation()
    for group, (sessions, turn) in enumerate(groups):
        for number in range(sessions):
            lab.visit(Session((group, number), group), 0.0, turn)
    lab.run(300.0)
    used: Counter[Hashable] = Counter()
    for session in lab.turns:
        assert isinstance(session.group, int)
        used[session.group] += groups[session.group][1]  # type: ignore[assignment]
    assert max(used.values()) - min(used.values()) <= 2 * max(turn for _, turn in groups)
    for group, (sessions, turn) in enumerate(groups):
        served = Counter(it.key for it in lab.turns if it.group == group)
        if used[group] > 4 * sessions * turn:
            assert max(served.values()) - min(served.values()) <= 1


def test_new_sessions_of_an_address_are_no_fresh_start() -> None:
    """An address that leaves and comes back as somebody else has the debt it had."""
    lab = Simulation()
    for number in range(300):
        lab.visit(Session(number, "flood"), float(number), 1.0, pause=1e9)
    lab.visit(Session("honest", "home"), 0.0, 1.0)
    lab.run(300.0)
    assert sum(session.key == "honest" for session in lab.turns) >= 149


def test_a_visitor_hears_of_one_turn_before_theirs_not_of_forty() -> None:
    queue = FairQueue()
    for number in range(40):
        queue._enter(Session(number, "flood"), "model", None, [np.zeros(1)])
    honest = queue._enter(Session("honest", "home"), "model", None, [np.zeros(1)])
    assert queue._clients_ahead(honest) == 1


def test_nothing_is_remembered_of_groups_that_have_gone() -> None:
    lab = Simulation()
    for number in range(300):
        for key in range(2):
            lab.visit(Session((number, key), number), 3.0 * number, 1.0, pause=1e9)
    lab.run(1000.0)
    assert len(lab.queue._clients) <= 2
    assert len(lab.queue._groups) <= 2


def test_threads_of_two_groups_take_turns() -> None:
    """The same with real threads: neither group is ever two batches ahead."""
    here, turns = threading.local(), []
    queue = FairQueue(lambda: here.session)

    def work(arrays: Arrays) -> list[np.ndarray]:
        turns.append(float(arrays[0][0]))
        threading.Event().wait(0.005)
        return [arrays[0]]

    def ask(session: Session, value: float) -> None:
        here.session = session
        for _ in range(4):
            queue.compute("model", None, [np.array([value])], work)

    with ThreadPoolExecutor(21) as pool:
        flood = [pool.submit(ask, Session(number, "flood"), 0.0) for number in range(20)]
        while len(turns) < 3:
            threading.Event().wait(0.001)
        honest = pool.submit(ask, Session("honest", "home"), 1.0)
        honest.result(60)
        after = turns[turns.index(1.0) :] if 1.0 in turns else []
        for future in flood:
            future.result(60)
    assert turns.count(1.0) == 4
    last = len(turns) - 1 - turns[::-1].index(1.0)
    assert last - turns.index(1.0) <= 12, after


def test_shares_are_of_what_those_present_used() -> None:
    shares = TimeShares()
    shares.charge({"a": 4.0}, {"a", "b"})
    assert shares.find_due("a") - shares.find_due("b") == 2.0
    shares.charge({"b": 2.0}, {"a", "b"})
    assert "a" in shares
    shares.charge({"b": 2.0}, {"a", "b"})
    assert shares.find_due("a") == shares.find_due("c") == 4.0
    shares.charge({"c": 1.0}, {"c"})
    assert "a" not in shares


def test_who_waits_is_made_no_later_by_what_the_others_use() -> None:
    shares = TimeShares()
    shares.enter("patient")
    shares.charge({"a": 4.0}, {"a", "patient"})
    assert shares.find_due("patient") == 0.0
    assert shares.find_due("newcomer") == 2.0


def _flood(queue: FairQueue, count: int) -> list[Request]:
    return [
        queue._enter(Session(number, "flood"), "model", None, [np.zeros(1)])
        for number in range(count)
    ]


def test_who_waits_for_anothers_answer_lends_it_the_own_place() -> None:
    """Else one would wait for all forty, if the last of them computes what one wants."""
    queue = FairQueue()
    flood = _flood(queue, 40)
    honest = Session("honest", "home")
    queue.lend_place(honest, 39)
    assert queue._list_turns().index(flood[39]) <= 1
    assert sorted(map(id, queue._list_turns())) == sorted(map(id, flood)), "each stands there once"
    assert queue.is_awaited(Session(39, "flood"))
    queue.take_place_back(honest)
    assert queue._list_turns() == flood
    assert not queue.is_awaited(Session(39, "flood"))


def test_a_place_that_was_lent_is_passed_on() -> None:
    """One waits for a second, who waits for a third."""
    queue = FairQueue()
    flood = _flood(queue, 40)
    queue.lend_place(Session("second", "flood"), 39)
    assert queue._list_turns() == flood, "a place behind all others is no help"
    queue.lend_place(Session("honest", "home"), "second")
    assert queue._list_turns().index(flood[39]) <= 1


def test_those_who_wait_for_each_other_are_no_endless_search() -> None:
    queue = FairQueue()
    flood = _flood(queue, 2)
    queue.lend_place(Session(0, "flood"), 1)
    queue.lend_place(Session(1, "flood"), 0)
    assert set(map(id, queue._list_turns())) == set(map(id, flood))


def test_a_lent_place_costs_the_lender_nothing() -> None:
    queue = FairQueue()
    flood = _flood(queue, 3)
    queue.lend_place(Session("honest", "home"), 2)
    request = flood[2]
    queue._running, queue._line = [request], None
    queue._requests.remove(request)
    queue._finish([request], [[np.zeros(1)]], 5.0)
    own = queue._enter(Session("honest", "home"), "model", None, [np.zeros(1)])
    assert queue._list_turns()[0] is own


def test_a_page_of_many_batches_waits_for_one_turn_of_a_flood() -> None:
    """With real threads: a page asks for the next batch a moment after it has the last."""
    here, turns = threading.local(), []
    queue = FairQueue(lambda: here.session)
    stop = threading.Event()

    def work(arrays: Arrays) -> list[np.ndarray]:
        turns.append(float(arrays[0][0]))
        threading.Event().wait(0.005 if arrays[0][0] else 0.4)
        return [arrays[0]]

    def flood(number: int) -> None:
        here.session = Session(number, "flood")
        while not stop.is_set():
            queue.compute("model", None, [np.zeros(1)], work)

    def visit() -> None:
        here.session = Session("honest", "home")
        for _ in range(10):
            queue.compute("model", None, [np.ones(1)], work)
            threading.Event().wait(0.01)

    with ThreadPoolExecutor(9) as pool:
        for number in range(8):
            pool.submit(flood, number)
        while len(turns) < 2:
            threading.Event().wait(0.01)
        pool.submit(visit).result(60)
        stop.set()
    between = turns[turns.index(1.0) : len(turns) - turns[::-1].index(1.0)]
    assert between.count(1.0) == 10
    assert between.count(0.0) <= 2


def test_patience_is_short_for_those_alone_who_had_less() -> None:
    now = [0.0]
    due = {"home": 0.0, "flood": 5.0, "other": 0.0}
    patience = Anticipation(lambda: now[0])
    assert not patience.holds_back("flood", due.__getitem__)
    patience.begin("home")
    assert patience.holds_back("flood", due.__getitem__)
    assert not patience.holds_back("home", due.__getitem__)
    assert not patience.holds_back("other", due.__getitem__), "it had no more"
    now[0] = SECONDS
    assert not patience.holds_back("flood", due.__getitem__)
    assert patience.end() == ("home", SECONDS)
    assert patience.end() == ("home", 0.0)
