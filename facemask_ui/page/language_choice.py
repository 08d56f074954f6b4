"""The visitor's language: from the link, from their choice, or from their browser."""

from __future__ import annotations

import streamlit as st
from babel import Locale

from facemask_ui import language
from facemask_ui.base import settings
from facemask_ui.language import DEFAULT, LANGUAGES

_NAME = "lang"
_UNSET = ""
_parse = settings.one_of(LANGUAGES)


def set_language() -> None:
    """Sets the language in which the page speaks.

    It always stands in the link, even the browser's own, so that a person who gets the link sees
    the same as the sender.
    """
    code = settings.read(_NAME, _UNSET, _parse) or match_locale(st.context.locale)
    settings.remember(_NAME, code, _UNSET)
    if code != language.read_current().language:
        settings.reset_widgets()  # the browser would go on to show their options' old names
    language.speak(code)


def choose_language() -> None:
    """Shows the choice of language, each by its own name."""
    st.segmented_control(
        language.say("choose_language"),
        LANGUAGES,
        format_func=_name_language,
        required=True,
        label_visibility="collapsed",
        **settings.bind(_NAME, _UNSET, _parse),
    )


def match_locale(locale: str | None) -> str:
    """Matches a browser's locale with a language of the lab, such as ``fr`` for ``fr-CA``."""
    code = (locale or "").lower().split("-")[0]
    return code if code in LANGUAGES else DEFAULT


def _name_language(code: str) -> str:
    """Names a language in itself, such as Français."""
    return str(Locale(code).get_display_name(code)).capitalize()
