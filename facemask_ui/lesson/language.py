"""The lesson's language: from the link, from the visitor's choice, or from their browser."""

from __future__ import annotations

import streamlit as st

from facemask_ui.base import settings
from facemask_ui.lesson import texts
from facemask_ui.lesson.texts import LANGUAGES, Texts

_NAME = "lang"
_UNSET = ""
_parse = settings.one_of(LANGUAGES)


def current() -> Texts:
    """The strings to show.

    The language always stands in the link, the browser's as well: who gets the link is to see what
    its sender saw.
    """
    language = settings.read(_NAME, _UNSET, _parse) or of_browser(st.context.locale)
    settings.remember(_NAME, language, _UNSET)
    return texts.read(language)


def choose(said: Texts) -> None:
    """Draws the choice of language, each by its own name.

    Args:
        said: The strings shown now.
    """
    st.segmented_control(
        said.say("page.choose_language"),
        LANGUAGES,
        format_func=lambda code: texts.read(code).say("page.language"),
        required=True,
        label_visibility="collapsed",
        **settings.bind(_NAME, _UNSET, _parse),
    )


def of_browser(locale: str | None) -> str:
    """The lesson's language that a browser's locale asks for, such as ``fr`` for ``fr-CA``."""
    asked = (locale or "").lower().split("-")[0]
    return asked if asked in LANGUAGES else LANGUAGES[0]
