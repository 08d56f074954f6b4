"""The lesson's strings: one file a language; the files are compared when they are read."""

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
"""The first is the default."""
_NARROW, _WIDE = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Texts:
    """All strings of the lesson in one language.

    Attributes:
        language: Its code, such as ``fr``.
        strings: The strings by their path in the file, such as ``chapter.sign.options.0``.
    """

    language: str
    strings: Mapping[str, str]

    def say(self, key: str, /, **values: object) -> str:
        """Reads a string, with its placeholders filled in.

        Args:
            key: The string's path.
            **values: The values of the placeholders; figures as this class writes them.
        """
        return self.strings[key].format(**values).strip()

    def say_all(self, key: str, /, **values: object) -> list[str]:
        """Reads the strings of a list in their order, filled in."""
        strings: list[str] = []
        while f"{key}.{len(strings)}" in self.strings:
            strings.append(self.say(f"{key}.{len(strings)}", **values))
        return strings

    @property
    def classes(self) -> tuple[str, str]:
        """The two classes in words, in the order of the labels."""
        without, with_mask = self.say_all("words.classes")
        return without, with_mask

    def list_terms(self) -> list[tuple[str, str]]:
        """Lists the terms of the glossary with their meanings, in the language's own order."""
        count = sum(key.startswith("glossary.") and key.endswith(".term") for key in self.strings)
        return [
            (self.say(f"glossary.{row}.term"), self.say(f"glossary.{row}.meaning"))
            for row in range(count)
        ]

    def percent(self, share: float) -> str:
        """Writes a probability as this language does, kept on one line."""
        return palette.keep_together(self._localise(palette.percent(share)))

    def number(self, value: float, digits: int = 0) -> str:
        """Writes a number as this language does, with a minus sign for a hyphen."""
        grouped = f"{value:,.{digits}f}".replace("-", "\N{MINUS SIGN}")
        if self.language != "fr":
            return grouped
        return grouped.replace(",", _NARROW).replace(".", ",")

    def describe_verdict(self, verdict: Verdict) -> str:
        """Describes a verdict in plain words."""
        word, share = self.classes[verdict.label].lower(), self.percent(verdict.confidence)
        return self.say("words.percent_of", word=word, share=share)

    def write_verdict(self, verdict: Verdict) -> str:
        """Writes a verdict in Markdown, in the class's colour."""
        return palette.write_verdict(verdict, self.describe_verdict(verdict))

    def _localise(self, text: str) -> str:
        return (
            text.replace(".", ",").replace(" %", f"{_NARROW}%") if self.language == "fr" else text
        )


@cache
def read_texts(language: str) -> Texts:
    """Reads a language's strings, and checks that no language lacks one.

    Args:
        language: One of :data:`LANGUAGES`.

    Raises:
        ValueError: A string or a placeholder is missing in one of the languages.
    """
    every = {code: _read_strings(code) for code in LANGUAGES}
    problems = list_differences(every[LANGUAGES[0]], every[language])
    if problems:
        raise ValueError(f"{language}.toml and {LANGUAGES[0]}.toml differ: {', '.join(problems)}")
    return Texts(language, every[language])


def list_differences(first: Mapping[str, str], second: Mapping[str, str]) -> list[str]:
    """Lists the keys that only one of two languages has, or whose placeholders differ."""
    return sorted(
        key
        for key in first.keys() | second.keys()
        if list_placeholders(first.get(key)) != list_placeholders(second.get(key))
    )


def list_placeholders(text: str | None) -> set[str] | None:
    """Lists a text's placeholders; None if there is no text."""
    return None if text is None else {name for _, name, _, _ in Formatter().parse(text) if name}


def typeset(text: str) -> str:
    """Puts the no-break spaces of French where a plain one was typed."""
    text = re.sub(r" (?=[?!;:»%])", _NARROW, text)
    return re.sub(r"(?<=«) ", _NARROW, text).replace("× ", f"×{_WIDE}")


def _read_strings(language: str) -> dict[str, str]:
    path = Path(__file__).with_name(f"{language}.toml")
    strings = dict(_flatten(tomllib.loads(path.read_text(encoding="utf-8"))))
    return {key: typeset(text) for key, text in strings.items()} if language == "fr" else strings


def _flatten(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Flattens nested tables and lists to strings with their paths."""
    if isinstance(value, str):
        yield path, value
        return
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    for key, part in inside:
        yield from _flatten(part, f"{path}.{key}".removeprefix("."))
