"""Settings that stay when a visitor changes pages, and that travel in the page's link.

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
"""Prefix of session keys that are dropped when another page opens."""


def enter_page(page: str) -> None:
    """Drops the widgets' own values when another page opens; settings stay.

    A widget of the same key on another page is a new one to Streamlit, but would find the old
    value in the session and, believing itself set, show its minimum.
    """
    if st.session_state.get("page") == page:
        return
    st.session_state["page"] = page
    reset_widgets()
    for key in [str(key) for key in st.session_state if str(key).startswith(PASSING)]:
        del st.session_state[key]


def reset_widgets() -> None:
    """Drops the widgets' own values, so that each is set anew from its setting."""
    for key in [str(key) for key in st.session_state if str(key).startswith(_PREFIX)]:
        st.session_state.pop(key.removeprefix(_PREFIX), None)


def read(name: str, default: T, parse: Parse[T], *, in_link: bool = True) -> T:
    """Reads a setting, and brings session and URL in line with it.

    Args:
        name: Its name in the URL.
        default: Its value until someone changes it; never written into the URL.
        parse: Reads it from text.
        in_link: Whether it travels in the URL at all.
    """
    stored = str(st.session_state.get(_PREFIX + name, default))
    linked = st.query_params.get(name, stored) if in_link else stored
    # What was valid a while ago may not be now, such as a model that was removed.
    valid = (value for value in (parse(linked), parse(stored)) if value is not None)
    value = next(valid, default)
    remember(name, value, default, in_link=in_link)
    return value


def peek(name: str, default: T, parse: Parse[T]) -> T:
    """Reads another page's setting as a hint, and changes neither session nor URL."""
    stored = str(st.session_state.get(_PREFIX + name, default))
    value = parse(st.query_params.get(name, stored))
    return default if value is None else value


def remember(name: str, value: Any, default: Any, *, in_link: bool = True) -> None:
    """Stores a setting in the session and, unless it is the default, in the URL."""
    st.session_state[_PREFIX + name] = value
    if not in_link or value == default:
        if name in st.query_params:
            del st.query_params[name]
    elif st.query_params.get(name) != str(value):
        st.query_params[name] = str(value)


def bind(name: str, default: T, parse: Parse[T], *, in_link: bool = True) -> dict[str, Any]:
    """Binds a widget to a setting, which the widget shows and changes.

    Args:
        name: The setting's name, used as the widget's key as well.
        default: Its first value.
        parse: Reads it from text.
        in_link: Whether it travels in the URL.

    Returns:
        The ``key`` and ``on_change`` arguments of the widget.
    """
    value = read(name, default, parse, in_link=in_link)
    if st.session_state.get(name) != value:  # writing it always would fight a moving slider
        st.session_state[name] = value

    def store() -> None:
        remember(name, st.session_state[name], default, in_link=in_link)

    return {"key": name, "on_change": store}


def bind_several(name: str, default: Sequence[str], options: Sequence[str]) -> dict[str, Any]:
    """Binds a widget that chooses one or more of several words.

    Args:
        name: The setting's name, used as the widget's key as well.
        default: Its first value, in the order of the options.
        options: The words to choose from.

    Returns:
        The ``key`` and ``on_change`` arguments of the widget.
    """
    first = ",".join(default)
    value = read(name, first, _some_of(options)).split(",")
    if st.session_state.get(name) != value:
        st.session_state[name] = value

    def store() -> None:
        words = [word for word in options if word in st.session_state[name]]
        remember(name, ",".join(words), first)

    return {"key": name, "on_change": store}


def ask(
    draw: Callable[..., Any], name: str, default: T, parse: Parse[T], *, visible: bool = True
) -> T:
    """Draws a widget and returns its setting's value, or returns the value alone.

    Args:
        draw: Draws the widget, given what :func:`bind` returns.
        name: The setting's name.
        default: Its first value.
        parse: Reads it from text.
        visible: Whether the visitor sees the widget and may change the setting.
    """
    if not visible:
        return read(name, default, parse)
    value: T = draw(**bind(name, default, parse))
    return value


def read_link() -> dict[str, str]:
    """Reads the settings in the page's link, and leaves everything else in it out."""
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
    """Accepts a complete sha256 hash, which nobody can guess."""
    return text if re.fullmatch("[0-9a-f]{64}", text) else None


def multiple(step: float, most: float) -> Parse[float]:
    """Accepts multiples of a step from 0 to a bound, in plain digits."""

    def parse(text: str) -> float | None:
        if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text):
            return None
        number = float(text)
        return number if number <= most and number % step == 0 else None

    return parse


def decimal(text: str) -> float | None:
    """Accepts numbers from 0 on as Python writes them, such as ``0.05`` and ``1e-05``."""
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,18})?(e[+-]?[0-9]{1,2})?", text):
        return None
    return float(text)


def yes_no(text: str) -> bool | None:
    """Accepts ``True`` and ``False``, as Python writes them."""
    return {"True": True, "False": False}.get(text)
