"""What a page says: strings in the language of the visitor whose page is running."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import streamlit as st

from facemask_ui import compat
from facemask_ui.language.texts import DEFAULT, Texts, read_texts

_KEY = "language"
_ASKED: ContextVar[str | None] = ContextVar("asked", default=None)
"""The language of a block; None outside any."""


def speak(language: str) -> None:
    """Sets the language of all that the calling visitor's pages say from now on.

    Args:
        language: One of :data:`facemask_ui.language.texts.LANGUAGES`.
    """
    st.session_state[_KEY] = language


@contextmanager
def speak_within(language: str) -> Iterator[None]:
    """Speaks one language in a block, also in a thread that runs no page, such as a download's.

    Args:
        language: One of :data:`facemask_ui.language.texts.LANGUAGES`.
    """
    token = _ASKED.set(language)
    try:
        yield
    finally:
        _ASKED.reset(token)


def read_current() -> Texts:
    """Reads the strings of the language in which the calling thread's page speaks.

    A thread that runs no page, such as a report's, speaks the default language.
    """
    if (asked := _ASKED.get()) is not None:
        return read_texts(asked)
    if compat.read_session_id() is None:
        return read_texts(DEFAULT)
    return read_texts(st.session_state.get(_KEY, DEFAULT))


def say(key: str, /, **values: object) -> str:
    """Reads a string, with its placeholders filled in.

    Args:
        key: Its path in the languages' files, such as ``attack.heading``. Of a table of ``one``
            and ``other`` the number ``count`` chooses.
        **values: The values of the placeholders; a number as :func:`number` writes it.
    """
    return read_current().say(key, **values)


def say_known(key: str, otherwise: str, /, **values: object) -> str:
    """Says a string that the files may lack, such as the title of an attack someone has added.

    Args:
        key: As :func:`say` reads it.
        otherwise: What is said where the files have no such string.
        **values: The values of the placeholders.
    """
    texts = read_current()
    return texts.say(key, **values) if texts.has(key) else otherwise


def say_all(key: str, /, **values: object) -> list[str]:
    """Reads the strings of a list in their order, filled in."""
    return read_current().say_all(key, **values)


def join_names(names: Iterable[str]) -> str:
    """Joins names as the page's language does, such as ``A, B and C``."""
    return read_current().join_names(names)


def join_clauses(clauses: Iterable[str]) -> str:
    """Joins the parts of a sentence, such as a chart's rows in words, with semicolons."""
    return read_current().join_clauses(clauses)


def read_table(key: str) -> dict[str, Any]:
    """Reads a table of strings as it is, for a component, whose browser fills it in."""
    return read_current().read_table(key)


def percent(share: float) -> str:
    """Writes a probability as a percentage; only an exact 1 becomes 100 %."""
    return read_current().percent(share)


def number(value: float, digits: int = 0) -> str:
    """Writes a number as the page's language does."""
    return read_current().number(value, digits)
