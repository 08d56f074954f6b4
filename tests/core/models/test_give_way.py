"""A long batch is computed in parts, and gives way to other groups between two of them."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import pytest
from numpy.typing import NDArray
from small_models import SHAPE, wrapped

from facemask_core import Classifier, attacks
from facemask_core.models.fair_queue import FairQueue
from facemask_core.models.gradients import ModelFunctions, Tensor
from facemask_core.models.joint_batch import Arrays
from facemask_core.models.pace import Pace
from facemask_core.models.time_shares import TimeShares

SHORTEST = 1e-9
"""Seconds within which nothing fits: every part is one row or one step."""


class Session:
    def __init__(self, key: Hashable, group: Hashable) -> None:
        self.key, self.group, self.wish, self.seconds = key, group, None, 0.0
        self.gone = False

    def on_wait(self, ahead: int) -> None: ...

    def on_start(self) -> None: ...

    def on_finish(self, seconds: float) -> None:
        self.seconds += seconds

    def has_left(self) -> bool:
        return self.gone

    def end_work(self) -> None:
        raise KeyboardInterrupt  # like Streamlit's, no Exception


class Lab:
    """A queue with clients in threads of their own."""

    def __init__(self, head_start: float = 0.0) -> None:
        self._here = threading.local()
        self.queue = FairQueue(self._find_client, head_start=head_start)
        self.turns: list[Hashable] = []
        """Whose part was computed, in order; and when each came, as a pair."""
        self._pool = ThreadPoolExecutor(40)

    def _find_client(self) -> Session:
        session: Session = self._here.session
        self.turns.append(("came", session.key))
        return session

    def compute(
        self, session: Session, *, parts: int, rows: int = 1, then: Callable[[], object] = int
    ) -> Future[list[NDArray[np.float64]]]:
        """Begins a batch of some parts, a hundredth of a second each."""

        def work(arrays: Arrays) -> list[NDArray[np.float64]]:
            for part in range(parts):
                self.turns.append(session.key)
                then()
                time.sleep(0.01)
                if part < parts - 1:
                    self.queue.give_way()
            return [2.0 * arrays[0]]

        def ask() -> list[NDArray[np.float64]]:
            self._here.session = session
            value = [np.full(rows, hash(session.key), np.float64)]
            return self.queue.compute("model", "kind", value, work, together=8)

        return self._pool.submit(ask)

    def wait_for_turns(self, count: int) -> None:
        end = time.monotonic() + 20
        while len(self.turns) < count and time.monotonic() < end:
            time.sleep(0.001)


def test_another_group_waits_for_one_part_of_a_long_batch() -> None:
    lab = Lab()
    flood = [lab.compute(Session(number, "flood"), parts=25) for number in range(20)]
    lab.wait_for_turns(24)
    lab.compute(Session("honest", "home"), parts=3).result(20)
    turns = lab.turns[lab.turns.index(("came", "honest")) + 1 :]
    assert turns.index("honest") <= 2  # the part under way, and one that began meanwhile
    last = len(turns) - turns[::-1].index("honest")
    assert last - turns.index("honest") <= 5, "nor are there many between its own"
    answers = [float(future.result(60)[0][0]) for future in flood]
    assert answers == [2.0 * number for number in range(20)], "each gets the own rows"


def test_a_batch_does_not_give_way_within_its_group() -> None:
    """A class is served one after the other: sooner on average than all at once."""
    lab = Lab()
    first = lab.compute(Session("first", "school"), parts=20)
    lab.wait_for_turns(3)
    second = lab.compute(Session("second", "school"), parts=1)
    second.result(20)
    assert first.done() or lab.turns[: lab.turns.index("second")].count("first") == 20


def test_a_batch_that_used_up_its_head_start_gives_way_to_what_is_asked_anew() -> None:
    lab = Lab(head_start=0.05)
    first = lab.compute(Session("pgd", "school"), parts=60)
    lab.wait_for_turns(20)  # a hundredth of a second each
    lab.compute(Session("fgsm", "school"), parts=3).result(20)
    turns = lab.turns[lab.turns.index(("came", "fgsm")) + 1 :]
    assert not first.done()
    assert turns.index("fgsm") <= 2  # the part under way, and one that began meanwhile
    assert turns.count("pgd") <= 3, "nor does it go on between the other's parts"


def test_two_that_used_up_their_head_start_take_turns_as_before() -> None:
    lab = Lab(head_start=0.02)
    both = [lab.compute(Session(name, "school"), parts=20) for name in ("a", "b")]
    for future in both:
        future.result(20)
    last = max(i for i, turn in enumerate(lab.turns) if turn == "a")
    assert lab.turns[last + 1 :].count("b") >= 10, "the first to come is the first to go"


def test_two_long_batches_of_two_groups_share_the_time() -> None:
    lab = Lab()
    sessions = [Session(name, name) for name in ("a", "b")]
    both = [lab.compute(session, parts=40) for session in sessions]
    for future in both:
        future.result(20)
    both_there = lab.turns.index(("came", "a")), lab.turns.index(("came", "b"))
    half = Counter(lab.turns[max(both_there) + 1 :][:40])
    assert min(half["a"], half["b"]) >= 10
    assert all(session.seconds >= 0.3 for session in sessions), "each paid for the own parts"


def test_a_part_that_fails_after_giving_way_is_one_client_s_alone() -> None:
    def fail() -> None:
        if lab.turns.count("faulty") == 3:
            raise ValueError("broken")

    lab = Lab()
    faulty = lab.compute(Session("faulty", "a"), parts=5, then=fail)
    lab.wait_for_turns(2)
    sound = lab.compute(Session("sound", "b"), parts=5)
    with pytest.raises(ValueError, match="broken"):
        faulty.result(20)
    assert len(sound.result(20)[0]) == 1


def test_a_long_batch_ends_at_its_next_part_once_its_client_has_left() -> None:
    lab = Lab()
    session = Session("closed", "home")
    left = lab.compute(session, parts=200)
    lab.wait_for_turns(5)
    session.gone = True
    with pytest.raises(KeyboardInterrupt):
        left.result(20)
    assert lab.turns.count("closed") < 100
    assert len(lab.compute(Session("next", "home"), parts=2).result(20)[0]) == 1


def test_a_client_that_leaves_while_others_are_served_computes_no_more() -> None:
    lab = Lab()
    flood, honest = Session("flood", "a"), Session("honest", "b")

    def leave() -> None:
        flood.gone = True

    left = lab.compute(flood, parts=50)
    lab.wait_for_turns(3)
    lab.compute(honest, parts=3, then=leave).result(20)
    with pytest.raises(KeyboardInterrupt):
        left.result(20)
    after = lab.turns[lab.turns.index("honest") + 1 :]
    assert after.count("flood") <= 1


def test_a_batch_of_several_goes_on_until_all_have_left() -> None:
    lab = Lab()
    sessions = [Session(number, "a") for number in range(3)]
    first = lab.compute(Session("first", "a"), parts=5)
    lab.wait_for_turns(2)
    futures = [lab.compute(session, parts=100) for session in sessions]
    lab.wait_for_turns(14)
    sessions[0].gone = sessions[1].gone = True
    time.sleep(0.05)
    parts = len(lab.turns)
    lab.wait_for_turns(parts + 5)
    assert len(lab.turns) >= parts + 5, "one of the three is there"
    sessions[2].gone = True
    for future in futures:
        with pytest.raises(KeyboardInterrupt):
            future.result(20)
    assert len(first.result(20)[0]) == 1
    assert sum(lab.turns.count(session.key) for session in sessions) < 90


def test_who_was_away_is_credited_a_little_of_the_time() -> None:
    shares = TimeShares(credit=2.0)
    shares.enter("flood")
    for _ in range(3):
        shares.charge({"flood": 20.0}, {"flood"})
        shares.enter("honest")
        assert shares.find_due("flood") - shares.find_due("honest") == pytest.approx(2.0)
        shares.charge({"honest": 1.0}, {"flood", "honest"})
        shares.enter("honest")  # who only goes and comes back gains nothing
        assert shares.find_due("flood") - shares.find_due("honest") == pytest.approx(1.0)


def test_a_pace_grows_by_doubling_and_falls_at_once() -> None:
    pace = Pace(1.0)
    found = []
    for _ in range(6):
        found.append(pace.find_most("work"))
        pace.learn("work", found[-1], found[-1] / 10)
    assert found == [1, 2, 4, 8, 10, 10]
    pace.learn("work", 3, 0.3)
    assert pace.find_most("work") == 10, "three were all there was to do"
    pace.learn("work", 10, 5.0)
    assert pace.find_most("work") == 2
    pace.learn("work", 2, 60.0)
    assert pace.find_most("work") == 1


@pytest.mark.backend
@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("pgd", {"steps": 5}),
        ("pgd", {"steps": 7, "stop_early": True, "restarts": 2, "norm": "l2"}),
        ("mim", {"steps": 5}),
        ("apgd", {"steps": 6}),
        ("cw", {"steps": 5, "searches": 2}),
        ("deepfool", {"steps": 5}),
    ],
)
def test_an_attack_in_parts_is_the_attack_in_one_piece(
    name: str, settings: dict[str, object], curved: Classifier, faces: NDArray[np.float32]
) -> None:
    attack, labels = attacks.make(name, **settings), np.arange(4) % 2
    whole = attack(curved, faces[:4], labels, epsilon=0.1, seed=3)
    shared = wrapped(curved.model)
    shared.pace = Pace(0.001)
    for _ in range(2):  # a step at a time at first, then as many as fit
        parts = attack(shared, faces[:4], labels, epsilon=0.1, seed=3)
        np.testing.assert_allclose(parts.images, whole.images, atol=1e-5)
        np.testing.assert_array_equal(parts.success, whole.success)
        np.testing.assert_array_equal(parts.gradient_calls, whole.gradient_calls)


def test_a_program_over_many_rows_is_computed_in_parts(
    curved: Classifier, faces: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = wrapped(curved.model)
    shared.pace, shared.together = Pace(SHORTEST), 1
    given = []
    monkeypatch.setattr(shared.queue, "give_way", lambda: given.append(1))
    np.testing.assert_allclose(shared.predict(faces), curved.predict(faces), atol=1e-5)
    assert len(given) == len(faces) - 1

    def program(model: ModelFunctions, images: Tensor) -> tuple[Tensor, ...]:
        return (model.logits(images),)

    assert len(shared.run("empty", program, np.zeros((0, *SHAPE), np.float32))[0]) == 0
