"""Settings that outlive a page and travel in its link.

A setting lives in three places: the widget, the session, and the URL. The URL wins where it holds
a valid value, so that a link always shows what its author saw; anything else in it is ignored.
Streamlit's own ``bind="query-params"`` was tried and left: it forgets a value that came by a link
as soon as another page is opened, and it puts display names such as ``PGD`` into the URL.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import streamlit as st

T = TypeVar("T")
Parse = Callable[[str], T | None]
"""Reads a value from a URL; None where the text is not a valid value."""

_PREFIX = "setting:"
PASSING = "passing:"
"""Begins the keys of what belongs to an open page alone."""


def enter(page: str) -> None:
    """Drops the widgets' own values, and what is passing, when another page opens; settings stay.

    A widget of the same key on another page is a new one to Streamlit, but would find the old
    value in the session and, believing itself set, show its minimum.
    """
    if st.session_state.get("page") == page:
        return
    st.session_state["page"] = page
    for key in [str(key) for key in st.session_state if str(key).startswith(_PREFIX)]:
        st.session_state.pop(key.removeprefix(_PREFIX), None)
    for key in [str(key) for key in st.session_state if str(key).startswith(PASSING)]:
        del st.session_state[key]


def current(name: str, default: T, parse: Parse[T], *, in_link: bool = True) -> T:
    """Finds a setting's value and brings session and URL in line with it.

    Args:
        name: Its name in the URL.
        default: Its value until someone changes it; never written into the URL.
        parse: Reads it from text.
        in_link: Whether it travels in the URL at all.
    """
    stored = str(st.session_state.get(_PREFIX + name, default))
    asked = st.query_params.get(name, stored) if in_link else stored
    # What was valid a while ago may not be now, such as a model that was removed.
    found = (value for value in (parse(asked), parse(stored)) if value is not None)
    value = next(found, default)
    remember(name, value, default, in_link=in_link)
    return value


def peek(name: str, default: T, parse: Parse[T]) -> T:
    """As :func:`current`, for a page that another page's setting is no more than a hint to."""
    stored = str(st.session_state.get(_PREFIX + name, default))
    found = parse(st.query_params.get(name, stored))
    return default if found is None else found


def remember(name: str, value: Any, default: Any, *, in_link: bool = True) -> None:
    """Stores a setting in the session and, unless it is the default, in the URL."""
    st.session_state[_PREFIX + name] = value
    if not in_link or value == default:
        if name in st.query_params:
            del st.query_params[name]
    elif st.query_params.get(name) != str(value):
        st.query_params[name] = str(value)


def bound(name: str, default: T, parse: Parse[T], *, in_link: bool = True) -> dict[str, Any]:
    """Makes a widget show and change a setting.

    Args:
        name: The setting's name, used as the widget's key as well.
        default: Its first value.
        parse: Reads it from text.
        in_link: Whether it travels in the URL.

    Returns:
        The ``key`` and ``on_change`` arguments of the widget.
    """
    value = current(name, default, parse, in_link=in_link)
    if st.session_state.get(name) != value:  # writing it always would fight a moving slider
        st.session_state[name] = value

    def changed() -> None:
        remember(name, st.session_state[name], default, in_link=in_link)

    return {"key": name, "on_change": changed}


def several(name: str, default: Sequence[str], options: Sequence[str]) -> dict[str, Any]:
    """As :func:`bound`, for a widget that chooses some of several words, at least one.

    Args:
        name: The setting's name, used as the widget's key as well.
        default: Its first value, in the order of the options.
        options: What can be chosen.
    """
    first = ",".join(default)
    value = current(name, first, _some_of(options)).split(",")
    if st.session_state.get(name) != value:
        st.session_state[name] = value

    def changed() -> None:
        chosen = [word for word in options if word in st.session_state[name]]
        remember(name, ",".join(chosen), first)

    return {"key": name, "on_change": changed}


def ask(
    draw: Callable[..., Any], name: str, default: T, parse: Parse[T], *, shown: bool = True
) -> T:
    """Draws a widget and returns its setting's value; where it is not shown, the value alone.

    Args:
        draw: Draws the widget, given what :func:`bound` returns.
        name: The setting's name.
        default: Its first value.
        parse: Reads it from text.
        shown: Whether the visitor may change it.
    """
    if not shown:
        return current(name, default, parse)
    value: T = draw(**bound(name, default, parse))
    return value


def link() -> dict[str, str]:
    """What of the page's link is a setting; anything else in it is someone's invention."""
    return {
        name: value for name, value in st.query_params.items() if _PREFIX + name in st.session_state
    }


def one_of(options: Sequence[str]) -> Parse[str]:
    """Accepts exactly the listed words."""
    return lambda text: text if text in options else None


def _some_of(options: Sequence[str]) -> Parse[str]:
    """Accepts listed words with commas between them."""

    def parse(text: str) -> str | None:
        words = set(text.split(","))
        if not words <= set(options):
            return None
        return ",".join(word for word in options if word in words)

    return parse


def whole(least: int, most: int) -> Parse[int]:
    """Accepts whole numbers in a range, in plain digits."""

    def parse(text: str) -> int | None:
        if not (text.isascii() and text.isdigit() and len(text) <= 9):
            return None
        return int(text) if least <= int(text) <= most else None

    return parse


def one_of_numbers(options: Sequence[int]) -> Parse[int]:
    """Accepts exactly the listed whole numbers, in plain digits."""
    return lambda text: next((number for number in options if text == str(number)), None)


def sha256(text: str) -> str | None:
    """Accepts a whole sha256, which nobody guesses."""
    return text if re.fullmatch("[0-9a-f]{64}", text) else None


def multiple(step: float, most: float) -> Parse[float]:
    """Accepts decimal numbers from 0 that are whole numbers of steps, in plain digits."""

    def parse(text: str) -> float | None:
        if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text):
            return None
        number = float(text)
        return number if number <= most and number % step == 0 else None

    return parse


def yes_no(text: str) -> bool | None:
    """Accepts ``True`` and ``False``, as Python writes them."""
    return {"True": True, "False": False}.get(text)
