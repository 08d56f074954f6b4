"""Caches of answers: one in each session, and one for all about the lab's own pictures.

A class asks for the same few samples at once. The first visitor's run computes an answer, the
others wait for it, and one of them takes over if the first leaves. The cache for all holds answers
only about faces that are equal, byte for byte, to a crop of a shipped picture. Answers about a
visitor's own picture stay in that visitor's session.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from facemask_ui.visitors import waiting

Value = TypeVar("Value")
Face = NDArray[np.uint8]
_MOST_FACES = 4096
"""Published faces: every sample's, and those that visitors crop out of samples by hand."""


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


def pick_cache(kind: str, face: str, *, own: int, everyones: int) -> AnswerCache[Any]:
    """Picks the cache for one kind of answer about a face: everyone's or the session's own.

    Args:
        kind: The kind of answer.
        face: The face's hash, from :func:`hash_face`.
        own: How many answers a session's own cache holds.
        everyones: How many answers the cache for all holds.
    """
    if face not in _PUBLISHED:
        mine: AnswerCache[Any] = st.session_state.setdefault(f"shelf:{kind}", AnswerCache(own))
        return mine
    return _shared_cache(kind, everyones)


@st.cache_resource(show_spinner=False)
def _shared_cache(kind: str, most: int) -> AnswerCache[Any]:
    return AnswerCache(most)
