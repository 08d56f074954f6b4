"""Answers that are kept: a session's own, and everyone's about the lab's own pictures.

A class asks for the same few samples at once. Whoever asks while another visitor has the answer
computed waits for it, and takes over if that one leaves. A face counts as everyone's only if it was
published, bit by bit, and only what was cut out of a shipped picture is; all else stays in the
session of whoever brought it.
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
"""Published faces: every sample, and those that visitors cut out of them by hand."""


class _Place(Generic[Value]):
    """Where a value is, or will be."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.values: list[Value] = []


class Shelf(Generic[Value]):
    """A few values by key; those asked for longest ago go first. Threads may share it."""

    def __init__(self, most: int) -> None:
        """Begins empty.

        Args:
            most: How many values it holds.
        """
        self._most = most
        self._lock = threading.Lock()
        self._places: OrderedDict[Hashable, _Place[Value]] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """Finds a value, or makes it while all others who want it wait.

        Args:
            key: What it is kept under.
            make: Makes it; if that fails or is broken off, the next who asks makes it.

        Returns:
            The value itself, no copy: not to be changed.
        """
        place = self._place(key)
        if not place.values:
            with waiting.for_another(place.lock):
                if not place.values:
                    place.values.append(make())
        return place.values[0]

    def drop(self, key: Hashable) -> None:
        """Forgets a value, if it is there."""
        with self._lock:
            self._places.pop(key, None)

    def __contains__(self, key: Hashable) -> bool:
        """Whether a value is there or on its way."""
        return key in self._places

    def _place(self, key: Hashable) -> _Place[Value]:
        with self._lock:
            place = self._places.setdefault(key, _Place())
            self._places.move_to_end(key)
            while len(self._places) > self._most:
                self._places.popitem(last=False)
            return place


_PUBLISHED: Shelf[None] = Shelf(_MOST_FACES)


def publish(face: Face) -> None:
    """Says that a face was cut out of one of the lab's own pictures.

    Args:
        face: uint8 (224, 224, 3).
    """
    _PUBLISHED.get(digest(face), lambda: None)


def digest(face: Face) -> str:
    """Stands for a face in every key."""
    return hashlib.sha256(face.tobytes()).hexdigest()


def shelf(kind: str, face: str, *, own: int, everyones: int) -> Shelf[Any]:
    """The shelf on which a kind of answer about a face is kept.

    Args:
        kind: What is kept there.
        face: The face's :func:`digest`.
        own: How many a session keeps.
        everyones: How many all sessions together keep.
    """
    if face not in _PUBLISHED:
        mine: Shelf[Any] = st.session_state.setdefault(f"shelf:{kind}", Shelf(own))
        return mine
    return _everyones(kind, everyones)


@st.cache_resource(show_spinner=False)
def _everyones(kind: str, most: int) -> Shelf[Any]:
    return Shelf(most)
