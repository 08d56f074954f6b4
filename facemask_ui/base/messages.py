"""Sentences for a visitor: an error where it happened, a file's name without Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from facemask_core.errors import FacemaskError


@contextmanager
def one_sentence() -> Iterator[None]:
    """Shows an error of the core where it happened, and lets the rest of the page be drawn."""
    try:
        yield
    except FacemaskError as error:
        show_error(error)


def show_error(error: FacemaskError) -> None:
    """Shows what was wrong and what to do, in the core's own sentence."""
    st.error(plain(str(error)), icon=":material/error:")


def plain(text: str) -> str:
    """Escapes Markdown: a file's or a link's name must not become a link, picture or colour."""
    return re.sub(r"([\\`*_{}\[\]()#+!|<>~:$&])", r"\\\1", text)
