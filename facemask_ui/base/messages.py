"""Sentences for a visitor: an error where it happened, a file's name without Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st

from facemask_core import paths
from facemask_core.errors import FacemaskError, ImageError
from facemask_core.storage import place
from facemask_core.text import on_one_line, visible
from facemask_ui.base import mode
from facemask_ui.base.tally import TALLY
from facemask_ui.language.refusals import translate_refusal

_WORD_JOINER = "\u2060"
_ADDRESSES = re.compile(r"(https?:(?=//)|www(?=\.)|@)", re.IGNORECASE)
_SIGNS = re.compile(r"[\\`*{}\[\]#!|<>~:$&]|(?<![^\W_])_|_(?![^\W_])")
"""What Markdown, HTML or a chart could read as more than a sign; ``_`` only at a word's end."""
_TO_WIDE = 0xFEE0
"""From a character of ASCII to its wide form."""
_FOLDERS = re.compile(r"""(?<![\w.…:/\\])(?:[A-Za-z]:)?([/\\])(?:[^\s/\\'":;,]+([/\\]))+""")
"""The folders of an absolute path, with the last sign between two of them."""


@contextmanager
def show_errors() -> Iterator[None]:
    """Shows an error of the core where it happens, and lets the page draw the rest."""
    try:
        yield
    except FacemaskError as error:
        show_error(error)


def show_error(error: FacemaskError) -> None:
    """Shows an error in the core's own sentence, which says what is wrong and what to do."""
    if isinstance(error, ImageError):
        TALLY.count_refusal()
    st.error(write_problem(str(error)), icon=":material/error:")


def write_problem(text: str) -> str:
    """Writes what went wrong as Markdown; in a mode for strangers without folders of the server.

    Args:
        text: A sentence of the core's; it is said in the page's language where that has it.
    """
    text = translate_refusal(text)
    return escape_markdown(text if mode.serves_developers() else _hide_folders(text))


def escape_markdown(text: str) -> str:
    """Escapes Markdown, so that no file's name becomes a link, a picture or a colour.

    Markdown here makes a link also of what looks like an address, escaped or not; a character
    without width within it keeps it from that.
    """
    text = _ADDRESSES.sub(rf"\1{_WORD_JOINER}", visible(text))
    return re.sub(r"([\\`*_{}\[\]()#+!|<>~:$&])", r"\\\1", text)


def write_name(text: str) -> str:
    """Writes a name from outside so that it reads as itself wherever it is put.

    A backslash, which Markdown needs before its signs, is seen in a list or a chart. So the signs
    of Markdown and HTML are written in their wide form instead, which looks the same and means
    nothing; letters, digits, brackets and the sign between two of them stay.

    Args:
        text: The name of a model, a folder or a setting, as a stranger may have chosen it.

    Returns:
        One line, fit for Markdown, for plain text and for a chart.
    """
    text = _ADDRESSES.sub(rf"\1{_WORD_JOINER}", on_one_line(text))
    return _SIGNS.sub(lambda sign: chr(ord(sign[0]) + _TO_WIDE), text)


def _hide_folders(text: str) -> str:
    own = {str(it) for it in (place.default_folder(), paths.USER_DATA, paths.ROOT, Path.home())}
    for folder in sorted(own - {"/"}, key=len, reverse=True):  # they may hold spaces
        text = text.replace(folder, "…")
    return _FOLDERS.sub(r"…\2", text)
