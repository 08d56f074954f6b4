"""Streamlit's own widgets speak the visitor's language."""

from __future__ import annotations

from facemask_ui.language import speak_within
from facemask_ui.page import widget_words


def test_in_streamlits_own_language_its_words_stay() -> None:
    with speak_within("en"):
        assert widget_words.write_style() == ""


def test_in_another_its_words_give_way() -> None:
    with speak_within("fr"):
        style = widget_words.write_style()
    assert 'content: "Choisir un fichier"' in style
    assert 'content: "En prendre une autre"' in style


def test_a_translation_cannot_leave_the_style() -> None:
    assert widget_words._quote('a" </style>') == r'"a\" \3c /style>"'
