"""The lesson's strings: complete in every language, typeset, and easy to read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import textstat

from facemask_ui import lesson
from facemask_ui.lesson import texts
from facemask_ui.lesson.chapters import CHAPTERS
from facemask_ui.lesson.texts import LANGUAGES

every_language = pytest.mark.parametrize("language", LANGUAGES)
MINUS = "\N{MINUS SIGN}"
EASY = 70.0
"""Flesch's "fairly easy" begins here; for French the scale is Kandel and Moles's."""


def test_every_language_has_the_same_strings_with_the_same_placeholders() -> None:
    english = texts.read_texts("en").strings
    for language in LANGUAGES:
        assert texts.list_differences(english, texts.read_texts(language).strings) == []


def test_what_is_missing_in_a_language_is_named() -> None:
    whole = {"a": "{x} and {y}", "b": "text", "c": "{x}"}
    lacking = {"a": "{y}, {x}", "c": "{z}", "d": "more"}
    assert texts.list_differences(whole, lacking) == ["b", "c", "d"]


def test_every_string_is_used() -> None:
    folder = Path(lesson.__file__).parent
    files = [
        *folder.rglob("*.py"),
        *folder.rglob("*.jinja"),
        folder.parents[1] / "pages" / "5_Learn.py",
    ]
    source = "".join(path.read_text(encoding="utf-8") for path in files)
    used = {*re.findall(r"\w+", source)}
    for key in texts.read_texts("en").strings:
        last = re.sub(r"(\.\d+)+$", "", key).split(".")[-1]
        named = {last, last.removesuffix("_title"), last.removeprefix("plan_")}
        named |= {last.removeprefix("table_")}
        assert named & used, key


@every_language
def test_every_chapter_has_as_many_answers_as_questions(language: str) -> None:
    strings = texts.read_texts(language)
    for chapter in CHAPTERS:
        for question, options in chapter.list_questions(strings):
            assert question
            assert len(set(options)) == len(options) >= 2
    statements = strings.say_all("chapter.meaning.statements")
    assert len(statements) == len(strings.say_all("chapter.meaning.replies"))
    assert len(CHAPTERS[-1].pick_answers(None)) == len(statements)


def test_french_has_its_no_break_spaces() -> None:
    assert texts.typeset("Quoi ? « Oui » : 5 % × 3 ; non !") == (
        "Quoi\u202f? «\u202fOui\u202f»\u202f: 5\u202f% ×\u00a03\u202f; non\u202f!"
    )
    for key, text in texts.read_texts("fr").strings.items():
        assert not re.search(r"[ \u00a0][?!:;»%]|« |\w[?!;»]|'", text), key


@every_language
def test_numbers_are_written_as_the_language_does(language: str) -> None:
    strings = texts.read_texts(language)
    written = {
        "en": ("97.3\u00a0%", f"{MINUS}1,234.5"),
        "fr": ("97,3\u202f%", f"{MINUS}1\u202f234,5"),
    }[language]
    assert (strings.percent(0.9731), strings.number(-1234.5, 1)) == written


@every_language
@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_the_running_text_is_easy_to_read(chapter: object, language: str) -> None:
    assert measure_reading_ease(chapter.name, language) >= EASY  # type: ignore[attr-defined]


def measure_reading_ease(chapter: str, language: str) -> float:
    """Of what everyone reads: no fold, no label."""
    strings = texts.read_texts(language).strings
    running = re.compile(
        rf"chapter\.{chapter}\.(body|right|wrong|shown|cost|question|statements.*|replies.*)"
    )
    prose = " ".join(text for key, text in strings.items() if running.fullmatch(key))
    number = {"en": "seven", "fr": "sept"}[language]  # figures are read aloud as words
    words = re.sub(r"\{\w+\}|\d+", number, prose).replace("*", "").replace("’", "'")
    textstat.set_lang({"en": "en_US", "fr": "fr"}[language])
    return float(textstat.flesch_reading_ease(words))
