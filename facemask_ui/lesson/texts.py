"""The lesson's strings: one file a language, checked against each other when they are read."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Any

from facemask_ui.base import palette

if TYPE_CHECKING:
    from facemask_core.evaluation.verdicts import Verdict

LANGUAGES = ("en", "fr")
"""The first is the one that is there for everyone."""
_NARROW, _WIDE = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Texts:
    """Everything the lesson says, in one language.

    Attributes:
        language: Its code, such as ``fr``.
        strings: The strings by their path in the file, such as ``chapter.sign.options.0``.
    """

    language: str
    strings: Mapping[str, str]

    def say(self, key: str, /, **values: object) -> str:
        """A string with its placeholders filled in.

        Args:
            key: The string's path.
            **values: What goes in; figures as this class writes them.
        """
        return self.strings[key].format(**values).strip()

    def each(self, key: str, /, **values: object) -> list[str]:
        """A list's strings in their order, filled in."""
        found: list[str] = []
        while f"{key}.{len(found)}" in self.strings:
            found.append(self.say(f"{key}.{len(found)}", **values))
        return found

    @property
    def classes(self) -> tuple[str, str]:
        """The two classes in words, in the order of the labels."""
        without, with_mask = self.each("words.classes")
        return without, with_mask

    def glossary(self) -> list[tuple[str, str]]:
        """The field's words with their meanings, in the language's own order."""
        count = sum(key.startswith("glossary.") and key.endswith(".term") for key in self.strings)
        return [
            (self.say(f"glossary.{row}.term"), self.say(f"glossary.{row}.meaning"))
            for row in range(count)
        ]

    def percent(self, share: float) -> str:
        """A probability as this language writes it, kept on one line."""
        return palette.keep_together(self._pointed(palette.percent(share)))

    def number(self, value: float, digits: int = 0) -> str:
        """A number as this language writes it; a minus is a minus."""
        grouped = f"{value:,.{digits}f}".replace("-", "\N{MINUS SIGN}")
        if self.language != "fr":
            return grouped
        return grouped.replace(",", _NARROW).replace(".", ",")

    def verdict(self, verdict: Verdict) -> str:
        """A verdict in plain words."""
        word, share = self.classes[verdict.label].lower(), self.percent(verdict.confidence)
        return self.say("words.percent_of", word=word, share=share)

    def phrase(self, verdict: Verdict) -> str:
        """A verdict in Markdown, in the class's colour."""
        return palette.write_verdict(verdict, self.verdict(verdict))

    def _pointed(self, text: str) -> str:
        return (
            text.replace(".", ",").replace(" %", f"{_NARROW}%") if self.language == "fr" else text
        )


@cache
def read(language: str) -> Texts:
    """Reads a language's strings, having made sure that all languages say the same.

    Args:
        language: One of :data:`LANGUAGES`.

    Raises:
        ValueError: A string or a placeholder is missing in one of the languages.
    """
    every = {code: _strings(code) for code in LANGUAGES}
    problems = differences(every[LANGUAGES[0]], every[language])
    if problems:
        raise ValueError(f"{language}.toml and {LANGUAGES[0]}.toml differ: {', '.join(problems)}")
    return Texts(language, every[language])


def differences(first: Mapping[str, str], second: Mapping[str, str]) -> list[str]:
    """The keys that only one of two languages has, or whose placeholders differ."""
    return sorted(
        key
        for key in first.keys() | second.keys()
        if placeholders(first.get(key)) != placeholders(second.get(key))
    )


def placeholders(text: str | None) -> set[str] | None:
    """The names that are filled in; None where there is no text at all."""
    return None if text is None else {name for _, name, _, _ in Formatter().parse(text) if name}


def typeset(text: str) -> str:
    """Puts the no-break spaces of French where a plain one was typed."""
    text = re.sub(r" (?=[?!;:»%])", _NARROW, text)
    return re.sub(r"(?<=«) ", _NARROW, text).replace("× ", f"×{_WIDE}")


def _strings(language: str) -> dict[str, str]:
    path = Path(__file__).with_name(f"{language}.toml")
    found = dict(_flat(tomllib.loads(path.read_text(encoding="utf-8"))))
    return {key: typeset(text) for key, text in found.items()} if language == "fr" else found


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """The strings of nested tables and lists, by their paths."""
    if isinstance(value, str):
        yield path, value
        return
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    for key, part in inside:
        yield from _flat(part, f"{path}.{key}".removeprefix("."))
