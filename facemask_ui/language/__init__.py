"""The languages of the pages: a file of strings each, and what a page says by their keys.

A further language is one more file beside ``en.toml``, with the same keys.
"""

from facemask_ui.language.speech import (
    join_clauses,
    join_names,
    number,
    percent,
    read_current,
    read_table,
    say,
    say_all,
    say_known,
    speak,
    speak_within,
)
from facemask_ui.language.texts import DEFAULT, LANGUAGES, Texts, read_texts

__all__ = [
    "DEFAULT",
    "LANGUAGES",
    "Texts",
    "join_clauses",
    "join_names",
    "number",
    "percent",
    "read_current",
    "read_table",
    "read_texts",
    "say",
    "say_all",
    "say_known",
    "speak",
    "speak_within",
]
