"""Every string of the pages: one file a language; the files are compared when they are read."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, reduce
from pathlib import Path
from string import Formatter
from typing import Any

from babel import Locale
from babel.lists import format_list
from babel.numbers import format_decimal, get_decimal_symbol, get_group_symbol

_FOLDER = Path(__file__).parent
LANGUAGES = tuple(sorted(file.stem for file in _FOLDER.glob("*.toml")))
"""The languages there is a file of."""
DEFAULT = "en"
"""The language of a visitor whose own the lab does not speak."""
_BRITISH = {"en": "en_GB"}
"""The lab's English has no comma before the last name of a list."""
_PLURALS = ("zero", "one", "two", "few", "many", "other")
"""The forms a noun may have beside a number, after Unicode's plural rules."""
_NARROW, _WIDE = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Texts:
    """The strings of the pages in one language.

    Attributes:
        language: Its code, such as ``fr``.
        strings: The strings by their path in the file, such as ``lesson.chapter.sign.question``.
        part: The path of the table from which keys count, with its dot; empty for the whole file.
    """

    language: str
    strings: Mapping[str, str]
    part: str = ""

    def within(self, part: str) -> Texts:
        """Returns the same strings, with keys that count from one table of the file."""
        return replace(self, part=f"{self.part}{part}.")

    def has(self, key: str) -> bool:
        """Tells whether the file has a string."""
        return self.part + key in self.strings

    def say(self, key: str, /, **values: object) -> str:
        """Reads a string, with its placeholders filled in.

        Args:
            key: The string's path. A table of ``one`` and ``other`` (and the forms that other
                languages have) is read by the number ``count``.
            **values: The values of the placeholders; figures as this class writes them.
        """
        path = self.part + key
        if path not in self.strings and isinstance(count := values.get("count"), int):
            form = f"{path}.{Locale(self.language).plural_form(count)}"
            path = form if form in self.strings else f"{path}.other"
            values["count"] = self.number(count)
        return self.strings[path].format(**values).strip()

    def say_all(self, key: str, /, **values: object) -> list[str]:
        """Reads the strings of a list in their order, filled in."""
        strings: list[str] = []
        while self.has(f"{key}.{len(strings)}"):
            strings.append(self.say(f"{key}.{len(strings)}", **values))
        return strings

    def read_table(self, key: str) -> dict[str, Any]:
        """Reads a table of the file as it is, placeholders and all, as a component wants it.

        Returns:
            The strings by key; tables and lists within it are nested.
        """
        table = _read_file(self.language)
        for part in (self.part + key).split("."):
            table = table[part]
        return table

    def join_names(self, names: Iterable[str]) -> str:
        """Joins names as this language does, such as ``A, B and C``."""
        return format_list([*names], locale=_BRITISH.get(self.language, self.language))

    def join_clauses(self, clauses: Iterable[str]) -> str:
        """Joins the parts of a sentence, such as a chart's rows in words, with semicolons."""
        joined, parts = self.strings["clauses"], [*clauses]
        return reduce(
            lambda before, after: joined.format(before=before, after=after), parts or [""]
        )

    @property
    def classes(self) -> tuple[str, str]:
        """The two classes in words, in the order of the labels."""
        return self.strings["classes.0"], self.strings["classes.1"]

    @property
    def separators(self) -> str:
        """The sign before decimals and that between thousands, one after the other."""
        return get_decimal_symbol(self.language) + get_group_symbol(self.language)

    def list_terms(self) -> list[tuple[str, str]]:
        """Lists the terms of the glossary with their meanings, in the language's own order."""
        count = sum(key.startswith("glossary.") and key.endswith(".term") for key in self.strings)
        return [
            (self.strings[f"glossary.{row}.term"], self.strings[f"glossary.{row}.meaning"])
            for row in range(count)
        ]

    def percent(self, share: float) -> str:
        """Writes a probability as a percentage; only an exact 1 becomes 100 %."""
        percentage = self.number(100 * share, 1)
        if share < 1.0 and percentage == self.number(100, 1):
            return self.strings["percentage.most"]
        if share > 0.0 and percentage == self.number(0, 1):
            return self.strings["percentage.least"]
        return self.strings["percentage.is"].format(number=percentage)

    def number(self, value: float, digits: int = 0) -> str:
        """Writes a number as this language does, with a minus sign for a hyphen."""
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        return format_decimal(value, pattern, self.language).replace("-", "\N{MINUS SIGN}")


@cache
def read_texts(language: str) -> Texts:
    """Reads a language's strings, and checks that it lacks none of the default language.

    Args:
        language: One of :data:`LANGUAGES`.

    Raises:
        ValueError: A string or a placeholder is missing in one of the two languages.
    """
    strings, default = (dict(_flatten(_read_file(code))) for code in (language, DEFAULT))
    problems = list_differences(default, strings)
    if problems:
        raise ValueError(f"{language}.toml and {DEFAULT}.toml differ: {', '.join(problems)}")
    return Texts(language, strings)


def list_differences(first: Mapping[str, str], second: Mapping[str, str]) -> list[str]:
    """Lists the keys that only one of two languages has, or whose placeholders differ."""
    one, other = _list_placeholders(first), _list_placeholders(second)
    return sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))


def _list_placeholders(strings: Mapping[str, str]) -> dict[str, set[str]]:
    """Lists each string's placeholders; a noun's forms count as one, as languages differ there."""
    placeholders: dict[str, set[str]] = {}
    for key, text in strings.items():
        head, _, last = key.rpartition(".")
        names = {name for _, name, _, _ in Formatter().parse(text) if name}
        placeholders.setdefault(head if last in _PLURALS else key, set()).update(names)
    return placeholders


def typeset(text: str) -> str:
    """Puts the no-break spaces of French where a plain one was typed."""
    text = re.sub(r" (?=[?!;:»%])", _NARROW, text)
    return re.sub(r"(?<=«) ", _NARROW, text).replace("× ", f"×{_WIDE}")


@cache
def _read_file(language: str) -> dict[str, Any]:
    text = (_FOLDER / f"{language}.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    return _typeset_table(table) if language == "fr" else table


def _typeset_table(value: Any) -> Any:
    if isinstance(value, str):
        return typeset(value)
    if isinstance(value, dict):
        return {key: _typeset_table(part) for key, part in value.items()}
    return [_typeset_table(part) for part in value]


def _flatten(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Flattens nested tables and lists to strings with their paths."""
    if isinstance(value, str):
        yield path, value
        return
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    for key, part in inside:
        yield from _flatten(part, f"{path}.{key}".removeprefix("."))
