"""The caches: one run computes an answer, however many visitors ask or leave."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import streamlit as st

from facemask_ui.lab import parts
from facemask_ui.lab.film import ASKS, Film
from facemask_ui.lab.parts import Part
from facemask_ui.visitors import shared_cache, waiting
from facemask_ui.visitors.shared_cache import AnswerCache

ROOT = Path(__file__).resolve().parents[3]
FACE = np.random.default_rng(5).integers(0, 256, (224, 224, 3)).astype(np.uint8)


class Left(BaseException):
    """As Streamlit ends a run: no Exception."""


@pytest.fixture(autouse=True)
def no_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads of these tests belong to nobody; Streamlit would warn of each look at a session."""
    monkeypatch.setattr(waiting.st, "session_state", {})


def test_of_many_threads_one_makes_the_value() -> None:
    cache, made, all_ask = AnswerCache[object](4), [], threading.Barrier(8)

    def make() -> object:
        made.append(object())
        threading.Event().wait(0.4)  # longer than one look
        return made[0]

    def ask(_: int) -> object:
        all_ask.wait(30)
        return cache.get("key", make)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))
    assert len(made) == 1
    assert all(answer is made[0] for answer in answers)


@pytest.mark.parametrize("end", [Left, ValueError])
def test_the_next_makes_a_value_that_one_did_not_finish(end: type[BaseException]) -> None:
    cache = AnswerCache[int](4)

    def broken() -> int:
        raise end

    with pytest.raises(end):
        cache.get("key", broken)
    assert cache.get("key", lambda: 7) == 7
    assert cache.get("key", broken) == 7


def test_the_least_recently_used_value_goes_first() -> None:
    cache = AnswerCache[int](2)
    for key in (1, 2, 1, 3):
        cache.get(key, lambda value=key: value)
    assert [key in cache for key in (1, 2, 3)] == [True, False, True]
    cache.drop(1)
    cache.drop(1)
    assert 1 not in cache


def test_a_visitor_may_leave_while_another_computes(monkeypatch: pytest.MonkeyPatch) -> None:
    class Session(dict[str, object]):
        def __contains__(self, key: object) -> bool:
            raise Left  # as Streamlit's does for a run that was superseded

    monkeypatch.setattr(waiting.st, "session_state", Session())
    lock = threading.Lock()
    with lock, pytest.raises(Left), waiting.hold_lock(lock):
        pytest.fail("it is another's")
    assert not lock.locked()


def test_only_a_published_face_has_a_shared_cache(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sizes = {"own": 3, "everyones": 5}
    shared_cache.publish_face(FACE)
    other = FACE.copy()
    other[0, 0, 0] ^= 1
    sessions: list[dict[str, object]] = [{}, {}]
    caches = []
    for session in sessions:
        monkeypatch.setattr(shared_cache.st, "session_state", session)
        caches.append(
            [
                shared_cache.pick_cache("kind", shared_cache.hash_face(face), **sizes)
                for face in (FACE, other)
            ]
        )
    (shared, own), (shared_too, others) = caches
    assert shared is shared_too
    assert own is not others
    assert own is not shared
    assert [list(session.values()) for session in sessions] == [[own], [others]]


def test_no_visitor_can_empty_what_all_share() -> None:
    """Any visitor's browser may ask Streamlit to empty every cache of its own."""
    computed = []

    @shared_cache.compute_once(most=2)
    def add(first: int, _unhashable: list[int], second: int = 1) -> int:
        computed.append((first, second))
        return first + second

    assert add(1, []) == 2
    st.cache_resource.clear()
    st.cache_data.clear()
    assert add(1, [1], second=1) == 2
    assert computed == [(1, 1)]
    assert add(1, [], 2) == 3
    assert add(2, []) == 3
    add.clear()
    assert add(2, []) == 3
    assert computed == [(1, 1), (1, 2), (2, 1), (2, 1)]


def test_caches_of_streamlit_hold_nothing_but_what_is_one_sessions_own() -> None:
    for path in (ROOT / "facemask_ui").rglob("*.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            if re.search(r"@st\.cache_(data|resource)", line):
                assert 'scope="session"' in line, f"{path}: {line}"


def _part(number: int) -> Part:
    return Part(f"{number}", "line", {})


def _packed(*numbers: int) -> list[bytes]:
    return [parts.pack("q", _part(number)) for number in numbers]


def _film(rest: Callable[[], Iterator[Part]]) -> Film:
    return Film("q", SimpleNamespace(take_turn=nullcontext), rest, forget=lambda: None)


def _watching(film: Film, watchers: int) -> list[list[bytes]]:
    begin = threading.Barrier(watchers)

    def watch(_: int) -> list[bytes]:
        begin.wait(30)
        return list(film.pack())

    with ThreadPoolExecutor(watchers) as pool:
        return list(pool.map(watch, range(watchers)))


def test_all_who_watch_a_film_see_every_part_and_each_is_computed_once() -> None:
    computed = []

    def rest() -> Iterator[Part]:
        for number in range(20):
            computed.append(number)
            threading.Event().wait(0.005)
            yield _part(number)

    seen = _watching(_film(rest), 6)
    assert computed == list(range(20))
    assert seen == [_packed(*range(20))] * 6


def test_when_the_one_who_computes_leaves_another_goes_on() -> None:
    waits, goes = threading.Event(), threading.Event()
    computed = []

    def rest() -> Iterator[Part]:
        for number in range(3):
            yield ASKS
            computed.append(number)
            yield _part(number)

    film = _film(rest)
    turns: Iterator[Callable[[], None]] = iter([lambda: None, lambda: _leave(waits, goes)])

    def turn() -> nullcontext[None]:
        next(turns, lambda: None)()
        return nullcontext()

    film.classifier.take_turn = turn
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(list, film.pack())
        assert waits.wait(30)
        second = pool.submit(list, film.pack())
        goes.set()
        with pytest.raises(Left):
            first.result(30)
        assert second.result(30) == _packed(0, 1, 2)
    assert computed == [0, 1, 2]


def _leave(waits: threading.Event, goes: threading.Event) -> None:
    waits.set()
    assert goes.wait(30)
    raise Left


def test_a_film_that_fails_fails_for_all_who_watch() -> None:
    def rest() -> Iterator[Part]:
        yield _part(1)
        raise RuntimeError("out of memory")

    film = _film(rest)
    for _ in range(2):
        with pytest.raises(RuntimeError, match="memory"):
            list(film.pack())
