"""How far a visitor is: the chapter on the screen, what was guessed, and what was revealed.

A link holds it as ``chapter=3&seen=1b.2a``: chapters 1 and 2 were answered, with the guesses b and
a. A chapter of several questions has a letter each, ``-`` where none was guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import streamlit as st

from facemask_ui.base import settings

_CHAPTER, _SEEN = "chapter", "seen"
_GUESS = "guess:"
_NONE = "-"
_LETTERS = "abcdefgh"
Guesses = tuple[int | None, ...]
"""A guess for each question of a chapter, by the option's number; None where there was none."""


def chapter(count: int) -> int:
    """The number of the chapter on the screen, from 1.

    Args:
        count: How many chapters there are.
    """
    return settings.read(_CHAPTER, 1, settings.whole(1, count))


def go(number: int) -> None:
    """Puts another chapter on the screen."""
    settings.remember(_CHAPTER, number, 1)


def seen(options: Sequence[Sequence[int]]) -> dict[int, Guesses]:
    """The chapters that were answered, by number, with the guesses.

    Args:
        options: For each chapter how many options each of its questions has; whatever does not fit
            them is ignored.
    """
    told = settings.read(_SEEN, "", lambda text: _checked(text, options))
    return read(told, options) or {}


def reveal(number: int, guesses: Guesses, options: Sequence[Sequence[int]]) -> None:
    """Keeps that a chapter was answered.

    Args:
        number: The chapter.
        guesses: What was guessed.
        options: As for :func:`seen`.
    """
    settings.remember(_SEEN, written(seen(options) | {number: guesses}), "")


def guess_key(chapter: str, row: int) -> str:
    """Where the session keeps what is guessed, before it is answered.

    Args:
        chapter: The chapter's name.
        row: The number of its question.
    """
    return f"{_GUESS}{chapter}:{row}"


def restart() -> None:
    """Forgets everything and begins with the first chapter."""
    settings.remember(_SEEN, "", "")
    for key in [str(key) for key in st.session_state if str(key).startswith(_GUESS)]:
        del st.session_state[key]
    go(1)


def written(answered: Mapping[int, Guesses]) -> str:
    """The answered chapters as a link has them."""
    return ".".join(
        f"{number}{''.join(_NONE if guess is None else _LETTERS[guess] for guess in guesses)}"
        for number, guesses in sorted(answered.items())
    )


def read(text: str, options: Sequence[Sequence[int]]) -> dict[int, Guesses] | None:
    """Reads what :func:`written` wrote; None where it is anything else."""
    found: dict[int, Guesses] = {}
    for part in text.split("."):
        match = re.fullmatch(rf"([1-9])([{_LETTERS}{_NONE}]+)", part)
        if match is None or int(match[1]) > len(options) or int(match[1]) in found:
            return None
        number, counts = int(match[1]), options[int(match[1]) - 1]
        guesses = tuple(None if it == _NONE else _LETTERS.index(it) for it in match[2])
        if len(guesses) != len(counts):
            return None
        if any(it is not None and it >= most for it, most in zip(guesses, counts, strict=True)):
            return None
        found[number] = guesses
    return found


def _checked(text: str, options: Sequence[Sequence[int]]) -> str | None:
    found = read(text, options)
    return None if found is None else written(found)
