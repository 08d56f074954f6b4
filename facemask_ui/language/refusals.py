"""The core's sentences about what it refuses, in the language of the page.

The core speaks English, to programs and on the command line. What visitors meet of it stands in the
languages' files: the English sentence finds the string, and its own words fill the placeholders.
"""

from __future__ import annotations

import re
from functools import cache
from string import Formatter

from facemask_ui.language.speech import read_current
from facemask_ui.language.texts import DEFAULT, read_texts

TABLE = "refusals."
_LONGEST = 1000
"""Characters of a sentence that is looked for; a longer one holds a stranger's names."""


def translate_refusal(sentence: str) -> str:
    """Says a sentence of the core's in the language of the page, or as it is if no file has it.

    Args:
        sentence: What the core says, in English.
    """
    texts = read_current()
    if texts.language == DEFAULT or len(sentence) > _LONGEST:
        return sentence
    for key, pattern in compile_patterns().items():
        if found := pattern.fullmatch(sentence):
            values = {name: translate_refusal(text) for name, text in found.groupdict().items()}
            return texts.say(key, **values)
    return sentence


@cache
def compile_patterns() -> dict[str, re.Pattern[str]]:
    """Compiles each English sentence to what recognises it, by the sentence's key."""
    strings = read_texts(DEFAULT).strings
    return {
        key: re.compile("".join(_write_part(*part) for part in _split(text)), re.DOTALL)
        for key, text in strings.items()
        if key.startswith(TABLE)
    }


def _split(text: str) -> list[tuple[str, str | None]]:
    """Splits a string into its fixed parts, each with the placeholder after it."""
    return [(fixed, name) for fixed, name, _, _ in Formatter().parse(text)]


def _write_part(fixed: str, name: str | None) -> str:
    return re.escape(fixed) + (f"(?P<{name}>.+?)" if name else "")
