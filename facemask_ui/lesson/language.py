"""The lesson's language: from the link, from the visitor's choice, or from their browser."""

from __future__ import annotations

import streamlit as st

from facemask_ui.base import settings
from facemask_ui.lesson import texts
from facemask_ui.lesson.texts import LANGUAGES, Texts

_NAME = "lang"
_UNSET = ""
_parse = settings.one_of(LANGUAGES)


def read_language() -> Texts:
    """Reads the visitor's language, and its strings.

    The language always stands in the link, even the browser's own, so that a person who gets the
    link sees the same as the sender.
    """
    language = settings.read(_NAME, _UNSET, _parse) or match_locale(st.context.locale)
    settings.remember(_NAME, language, _UNSET)
    return texts.read_texts(language)


def choose_language(strings: Texts) -> None:
    """Shows the choice of language, each by its own name.

    Args:
        strings: The strings of the present language.
    """
    st.segmented_control(
        strings.say("page.choose_language"),
        LANGUAGES,
        format_func=lambda code: texts.read_texts(code).say("page.language"),
        required=True,
        label_visibility="collapsed",
        **settings.bind(_NAME, _UNSET, _parse),
    )


def match_locale(locale: str | None) -> str:
    """Matches a browser's locale with a language of the lesson, such as ``fr`` for ``fr-CA``."""
    code = (locale or "").lower().split("-")[0]
    return code if code in LANGUAGES else LANGUAGES[0]
