"""The strings of the pages: complete in every language, typeset, and easy to read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import textstat

import facemask_ui
from facemask_ui.language import texts
from facemask_ui.language.texts import DEFAULT, LANGUAGES, Texts
from facemask_ui.lesson.chapters import CHAPTERS

UI = Path(facemask_ui.__file__).parent
FORMS = ("one", "other")
every_language = pytest.mark.parametrize("language", LANGUAGES)
MINUS = "\N{MINUS SIGN}"
EASY = 70.0
"""Flesch's "fairly easy" begins here; for French the scale is Kandel and Moles's."""


def test_every_language_has_the_same_strings_with_the_same_placeholders() -> None:
    english = texts.read_texts(DEFAULT).strings
    for language in LANGUAGES:
        assert texts.list_differences(english, texts.read_texts(language).strings) == []


def test_what_is_missing_in_a_language_is_named() -> None:
    whole = {"a": "{x} and {y}", "b": "text", "c": "{x}"}
    lacking = {"a": "{y}, {x}", "c": "{z}", "d": "more"}
    assert texts.list_differences(whole, lacking) == ["b", "c", "d"]


def test_a_language_may_have_other_forms_of_a_noun_than_english() -> None:
    english = {"a.one": "one face", "a.other": "{count} faces"}
    polish = english | {"a.few": "{count} twarze", "a.many": "{count} twarzy"}
    assert texts.list_differences(english, polish) == []
    assert texts.list_differences(english, {"a.other": "faces"}) == ["a"]


@pytest.mark.parametrize(
    ("language", "expected"), [("en", ["0 faces", "a face"]), ("fr", ["un visage", "un visage"])]
)
def test_a_number_chooses_the_form_of_its_noun(language: str, expected: list[str]) -> None:
    forms = {
        "en": {"a.one": "a face", "a.other": "{count} faces"},
        "fr": {"a.one": "un visage", "a.other": "{count} visages"},
    }[language]
    strings = Texts(language, forms)
    assert [strings.say("a", count=count) for count in (0, 1)] == expected


@pytest.mark.parametrize(
    ("language", "three"), [("en", "A, B and C"), ("fr", "A, B et C")], ids=["en", "fr"]
)
def test_names_are_joined_as_the_language_does(language: str, three: str) -> None:
    strings = texts.read_texts(language)
    assert [strings.join_names("ABC"[:count]) for count in (1, 3)] == ["A", three]


@pytest.mark.parametrize(
    ("language", "three"), [("en", "a; b; c"), ("fr", "a\u202f; b\u202f; c")], ids=["en", "fr"]
)
def test_clauses_are_joined_as_the_language_does(language: str, three: str) -> None:
    strings = texts.read_texts(language)
    assert [strings.join_clauses("abc"[:count]) for count in (1, 3)] == ["a", three]


def test_every_string_is_used() -> None:
    files = [file for kind in ("*.py", "*.js", "*.jinja") for file in UI.rglob(kind)]
    files += [*(UI.parent / "pages").glob("*.py"), UI.parent / "app.py"]
    used = {word for file in files for word in re.findall(r"\w+", file.read_text("utf-8"))}
    used |= {word.lower() for word in used if word.isupper()}  # members of an enumeration
    for key in texts.read_texts(DEFAULT).strings:
        parts = [part for part in key.split(".") if not part.isdigit() and part not in FORMS]
        if parts[0] == "refusals":
            continue  # found by what the core says, which a test of theirs sees to
        if key.startswith("models.own.card."):
            continue  # the core's words of a card, likewise
        last = parts[-1]
        named = {last, last.removesuffix("_title"), last.removeprefix("plan_")}
        named |= {last.removesuffix("_text"), last.removesuffix("_result")}
        named |= {last.removeprefix("table_")}
        assert named & used, key


@every_language
def test_every_chapter_has_as_many_answers_as_questions(language: str) -> None:
    strings = texts.read_texts(language).within("lesson")
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
    strings = texts.read_texts(language).within("lesson")
    written = {
        "en": ("97.3 %", f"{MINUS}1,234.5"),
        "fr": ("97,3\u202f%", f"{MINUS}1\u202f234,5"),
    }[language]
    assert (strings.percent(0.9731), strings.number(-1234.5, 1)) == written


def test_only_certainty_is_written_as_all_or_nothing() -> None:
    strings = texts.read_texts("en")
    shares = (1.0, 0.99999, 0.00001, 0.0)
    assert [strings.percent(it) for it in shares] == ["100.0 %", "> 99.9 %", "< 0.1 %", "0.0 %"]


@every_language
@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_the_running_text_is_easy_to_read(chapter: object, language: str) -> None:
    assert measure_reading_ease(chapter.name, language) >= EASY  # type: ignore[attr-defined]


def measure_reading_ease(chapter: str, language: str) -> float:
    """Of what everyone reads: no fold, no label."""
    strings = texts.read_texts(language).strings
    running = re.compile(
        rf"lesson\.chapter\.{chapter}\.(body|right|wrong|shown|cost|question|statements.*|replies.*)"
    )
    prose = " ".join(text for key, text in strings.items() if running.fullmatch(key))
    number = {"en": "seven", "fr": "sept"}[language]  # figures are read aloud as words
    words = re.sub(r"\{\w+\}|\d+", number, prose).replace("*", "").replace("’", "'")
    textstat.set_lang({"en": "en_US", "fr": "fr"}[language])
    return float(textstat.flesch_reading_ease(words))
