"""Sentences for a visitor: an error where it happened, a file's name without Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from facemask_core.errors import FacemaskError
from facemask_core.text import visible


@contextmanager
def show_errors() -> Iterator[None]:
    """Shows an error of the core where it happens, and lets the page draw the rest."""
    try:
        yield
    except FacemaskError as error:
        show_error(error)


def show_error(error: FacemaskError) -> None:
    """Shows an error in the core's own sentence, which says what is wrong and what to do."""
    st.error(escape_markdown(str(error)), icon=":material/error:")


def escape_markdown(text: str) -> str:
    """Escapes Markdown, so that no file's name becomes a link, a picture or a colour."""
    return re.sub(r"([\\`*_{}\[\]()#+!|<>~:$&])", r"\\\1", visible(text))
