"""A visitor's progress: the chapter on the screen, and the guesses of the chapters before.

A link holds it as ``chapter=3&seen=1b.2a``: the visitor has the answers of chapters 1 and 2, and
guessed b and a. A chapter of several questions has a letter each, ``-`` without a guess.
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


def read_chapter(count: int) -> int:
    """Reads the number of the chapter on the screen, from 1.

    Args:
        count: How many chapters there are.
    """
    return settings.read(_CHAPTER, 1, settings.whole(1, count))


def open_chapter(number: int) -> None:
    """Opens another chapter."""
    settings.remember(_CHAPTER, number, 1)


def read_guesses(options: Sequence[Sequence[int]]) -> dict[int, Guesses]:
    """Reads the guesses of the chapters whose answers are on the screen, by chapter number.

    Args:
        options: For each chapter how many options each of its questions has; a link that does not
            fit them counts for nothing.
    """
    text = settings.read(_SEEN, "", lambda text: _normalise(text, options))
    return parse_progress(text, options) or {}


def save_guesses(number: int, guesses: Guesses, options: Sequence[Sequence[int]]) -> None:
    """Saves the guesses of a chapter, whose answer is then on the screen.

    Args:
        number: The chapter.
        guesses: The guesses.
        options: As for :func:`read_guesses`.
    """
    settings.remember(_SEEN, write_progress(read_guesses(options) | {number: guesses}), "")


def make_guess_key(chapter: str, row: int) -> str:
    """Makes the key under which the session keeps a guess until the answer comes.

    Args:
        chapter: The chapter's name.
        row: The number of its question.
    """
    return f"{_GUESS}{chapter}:{row}"


def restart_lesson() -> None:
    """Forgets all guesses, and opens the first chapter."""
    settings.remember(_SEEN, "", "")
    for key in [str(key) for key in st.session_state if str(key).startswith(_GUESS)]:
        del st.session_state[key]
    open_chapter(1)


def write_progress(guesses: Mapping[int, Guesses]) -> str:
    """Writes the guesses by chapter as a link holds them."""
    return ".".join(
        f"{number}{''.join(_NONE if guess is None else _LETTERS[guess] for guess in row)}"
        for number, row in sorted(guesses.items())
    )


def parse_progress(text: str, options: Sequence[Sequence[int]]) -> dict[int, Guesses] | None:
    """Parses what :func:`write_progress` writes; None for any other text."""
    progress: dict[int, Guesses] = {}
    for part in text.split("."):
        match = re.fullmatch(rf"([1-9])([{_LETTERS}{_NONE}]+)", part)
        if match is None or int(match[1]) > len(options) or int(match[1]) in progress:
            return None
        number, counts = int(match[1]), options[int(match[1]) - 1]
        guesses = tuple(None if it == _NONE else _LETTERS.index(it) for it in match[2])
        if len(guesses) != len(counts):
            return None
        if any(it is not None and it >= most for it, most in zip(guesses, counts, strict=True)):
            return None
        progress[number] = guesses
    return progress


def _normalise(text: str, options: Sequence[Sequence[int]]) -> str | None:
    guesses = parse_progress(text, options)
    return None if guesses is None else write_progress(guesses)
