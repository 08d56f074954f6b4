"""Worksheet and notes: every question, the lab's own figures, nothing that runs."""

from __future__ import annotations

import re

import pytest
from html_page import ParsedPage
from screen import Open

from facemask_ui.language import texts
from facemask_ui.language.texts import LANGUAGES
from facemask_ui.lesson import links, subjects
from facemask_ui.lesson.chapters import CHAPTERS
from facemask_ui.lesson.handouts.notes import write_notes
from facemask_ui.lesson.handouts.sources import SOURCES
from facemask_ui.lesson.handouts.templates import remove_streamlit_marks
from facemask_ui.lesson.handouts.worksheet import write_worksheet

LAB = "http://127.0.0.1:8501"
EVIL = 'http://evil.example/"><script>alert(1)</script>'
every_language = pytest.mark.parametrize("lang", LANGUAGES)


@every_language
def test_the_worksheet_asks_everything_and_answers_nothing(lang: str) -> None:
    strings = texts.read_texts(lang).within("lesson")
    page = write_worksheet(strings, LAB)
    seen = ParsedPage(page)
    assert f'<html lang="{lang}">' in page
    for number, chapter in enumerate(CHAPTERS, 1):
        assert ("href", f"{LAB}/Learn?lang={lang}&chapter={number}") in seen.attributes
        for question, options in chapter.list_questions(strings):
            for text in (question, *options):
                assert text in seen.text
    for chapter in CHAPTERS[:-1]:
        assert chapter.say(strings, "right") not in seen.text
    assert seen.attributes.count(("class", "line")) > 2 * len(CHAPTERS)
    faces = [chapter.sample for chapter in CHAPTERS if chapter.sample]
    assert seen.tags.count("img") == len(faces) > 0
    assert page.count('src="data:image/jpeg;base64,') == len(faces)
    assert all(("alt", subjects.describe_face(strings, face)) in seen.attributes for face in faces)


@every_language
@pytest.mark.usefixtures("brightness")
def test_the_notes_hold_answers_with_figures_plan_and_sources(lang: str) -> None:
    strings = texts.read_texts(lang).within("lesson")
    page = write_notes(strings, LAB)
    seen = ParsedPage(page)
    assert f'<html lang="{lang}">' in page
    for chapter in CHAPTERS:
        result = chapter.measure()
        text = chapter.explain(strings, result)
        explanation = re.sub(r"\*\*|\n\n", "", remove_streamlit_marks(text))
        assert explanation in seen.text
        for (_, offered), answer in zip(
            chapter.list_questions(strings), chapter.pick_answers(result), strict=True
        ):
            assert offered[answer] in seen.text
    for text in (
        *strings.say_all("handout.misconceptions"),
        *strings.say_all("handout.goals"),
        *SOURCES,
    ):
        assert text in seen.text
    for term, meaning in strings.list_terms():
        assert f"{term}{meaning}" in seen.text
    assert "**" not in seen.text
    assert ":material" not in seen.text
    assert sum(chapter.minutes for chapter in CHAPTERS) in range(24, 28)


@every_language
@pytest.mark.usefixtures("brightness")
def test_nothing_runs_nothing_is_fetched_and_addresses_are_escaped(lang: str) -> None:
    for write in (write_worksheet, write_notes):
        plain, evil = (
            ParsedPage(write(texts.read_texts(lang).within("lesson"), LAB)),
            ParsedPage(write(texts.read_texts(lang).within("lesson"), EVIL)),
        )
        assert evil.tags == plain.tags
        assert not {"script", "link", "iframe", "object", "base", "form"} & set(plain.tags)
        sources = [value for name, value in plain.attributes if name in {"src", "srcset"}]
        assert all(source.startswith("data:image/jpeg;base64,") for source in sources)
        assert not re.search(
            r"url\(|@import|@font-face", write(texts.read_texts(lang).within("lesson"), LAB)
        )
        pictures = "img-src data:; " if sources else ""
        policy = f"default-src 'none'; {pictures}style-src 'unsafe-inline'"
        assert ("content", policy) in plain.attributes


@pytest.mark.usefixtures("brightness")
def test_the_page_offers_both(open_page: Open) -> None:
    app = open_page("Learn", lang="fr")
    names = [it.proto.label for it in app.get("download_button")]
    assert names == ["Fiche de travail (HTML)"]
    app.button(key="make-notes").click().run()
    assert not app.exception
    assert len(app.get("download_button")) == 2


@pytest.mark.usefixtures("brightness")
@pytest.mark.parametrize(
    ("lab", "warnings"),
    [(LAB, 1), ("https://lab.example.org", 0)],
    ids=["here", "everywhere"],
)
def test_links_that_open_on_this_computer_alone_are_told(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, lab: str, warnings: int
) -> None:
    monkeypatch.setattr(links, "find_lab", lambda _: lab)
    app = open_page("Learn", lang="fr")
    assert not app.exception
    assert [it.value.startswith("Vous avez ouvert") for it in app.warning] == [True] * warnings
