"""Caches of answers: one in each session, and those for all visitors.

None of those for all is a cache of Streamlit's: a message empties all of those at once.

A class asks for the same few samples at once. The first visitor's run computes an answer, the
others wait for it, and one of them takes over if the first leaves. The cache for all holds answers
only about faces that are equal, byte for byte, to a crop of a shipped picture. Answers about a
visitor's own picture stay in that visitor's session.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Generic, ParamSpec, TypeVar

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from facemask_ui import compat
from facemask_ui.language import say
from facemask_ui.visitors import waiting

Value = TypeVar("Value")
Parameters = ParamSpec("Parameters")
Face = NDArray[np.uint8]
_MOST_FACES = 4096
"""Published faces: every sample's, and those that visitors crop out of samples by hand."""
_MOST_KINDS = 64


class _Entry(Generic[Value]):
    """A value of the cache, or the place for one that is being computed."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.values: list[Value] = []


class AnswerCache(Generic[Value]):
    """A few values by key; the least recently used goes first. Threads may share it."""

    def __init__(self, most: int) -> None:
        """Begins empty.

        Args:
            most: How many values it holds at most.
        """
        self._most = most
        self._lock = threading.Lock()
        self._entries: OrderedDict[Hashable, _Entry[Value]] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """Gets a value, or makes it while all other runs that want it wait.

        Args:
            key: The value's key.
            make: Makes the value; if it fails or is interrupted, the next run that asks makes it.

        Returns:
            The value itself, not a copy: callers must not change it.
        """
        entry = self._entry(key)
        if not entry.values:
            with waiting.hold_lock(entry.lock):
                if not entry.values:
                    entry.values.append(make())
        return entry.values[0]

    def peek(self, key: Hashable) -> Value | None:
        """Returns a value if it is there, without waiting for one that is being made."""
        with self._lock:
            entry = self._entries.get(key)
        return entry.values[0] if entry is not None and entry.values else None

    def clear(self) -> None:
        """Drops every value."""
        with self._lock:
            self._entries.clear()

    def list_keys(self) -> list[Any]:
        """Lists the keys of the values that are there or being made."""
        with self._lock:
            return list(self._entries)

    def drop(self, key: Hashable) -> None:
        """Drops a value, if the cache has it."""
        with self._lock:
            self._entries.pop(key, None)

    def __contains__(self, key: Hashable) -> bool:
        """Returns whether a value is there or being made."""
        return key in self._entries

    def _entry(self, key: Hashable) -> _Entry[Value]:
        with self._lock:
            entry = self._entries.setdefault(key, _Entry())
            self._entries.move_to_end(key)
            while len(self._entries) > self._most:
                self._entries.popitem(last=False)
            return entry


class SharedFunction(Generic[Parameters, Value]):
    """A function whose values are computed once in this process, for all visitors."""

    def __init__(
        self, function: Callable[Parameters, Value], most: int, spinner: str | None
    ) -> None:
        """Begins without a value.

        Args:
            function: Computes a value.
            most: How many values are held at most.
            spinner: The key of what a visitor reads while one is computed; None for nothing.
        """
        functools.update_wrapper(self, function)
        self._cache: AnswerCache[Value] = AnswerCache(most)
        self._function, self._spinner = function, spinner
        self._signature = inspect.signature(function)

    def __call__(self, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Value:
        """Returns the value for these arguments, which its callers must not change."""
        arguments = self._signature.bind(*args, **kwargs)
        arguments.apply_defaults()
        named = arguments.arguments.items()
        key = tuple(value for name, value in named if not name.startswith("_"))
        with self._show_spinner(key):
            return self._cache.get(key, lambda: self._function(*args, **kwargs))

    def clear(self) -> None:
        """Drops every value."""
        self._cache.clear()

    def drop_where(self, first: Hashable) -> None:
        """Drops the values whose first argument is this one."""
        for key in self._cache.list_keys():
            if key[0] == first:
                self._cache.drop(key)

    def _show_spinner(self, key: Hashable) -> AbstractContextManager[None]:
        if self._spinner is None or key in self._cache or compat.read_session_id() is None:
            return nullcontext()
        return st.spinner(say(self._spinner))


def compute_once(
    *, most: int, spinner: str | None = None
) -> Callable[[Callable[Parameters, Value]], SharedFunction[Parameters, Value]]:
    """Computes each of a function's values once, for all visitors.

    An argument whose name begins with an underscore does not tell one value from another.

    Args:
        most: How many values are held at most; the least recently used goes first.
        spinner: The key of what a visitor reads while a value is computed; None for nothing.

    Returns:
        A decorator.
    """
    return lambda function: SharedFunction(function, most, spinner)


_PUBLISHED: AnswerCache[None] = AnswerCache(_MOST_FACES)


def publish_face(face: Face) -> None:
    """Lets all visitors share the answers about a face from one of the lab's own pictures.

    Args:
        face: uint8 (224, 224, 3).
    """
    _PUBLISHED.get(hash_face(face), lambda: None)


def hash_face(face: Face) -> str:
    """Hashes a face, to stand for it in every key."""
    return hashlib.sha256(face.tobytes()).hexdigest()


def pick_cache(
    kind: str, face: str, *, own: int, everyones: int, private: bool = False
) -> AnswerCache[Any]:
    """Picks the cache for one kind of answer about a face: everyone's or the session's own.

    Args:
        kind: The kind of answer.
        face: The face's hash, from :func:`hash_face`.
        own: How many answers a session's own cache holds.
        everyones: How many answers the cache for all holds.
        private: Whether it is the session's own whatever the face, as with a visitor's model.
    """
    if private or face not in _PUBLISHED:
        mine: AnswerCache[Any] = st.session_state.setdefault(f"shelf:{kind}", AnswerCache(own))
        return mine
    return _shared_cache(kind, everyones)


@compute_once(most=_MOST_KINDS)
def _shared_cache(kind: str, most: int) -> AnswerCache[Any]:
    return AnswerCache(most)


def forget_answers() -> None:
    """Drops everyone's answers: films hold their model, which is to leave memory."""
    _shared_cache.clear()
