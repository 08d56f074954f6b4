"""The teacher's notes: goals, plan, answers with this lab's figures, and what to watch in class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from facemask_ui.language.texts import Texts
from facemask_ui.lesson import links
from facemask_ui.lesson.chapters import CHAPTERS, Chapter, defence
from facemask_ui.lesson.handouts.sources import SOURCES
from facemask_ui.lesson.handouts.templates import TEMPLATES, remove_streamlit_marks


@dataclass(frozen=True)
class _Answer:
    """A question with its right option, and what the lesson replies to it."""

    question: str
    option: str
    reply: str


@dataclass(frozen=True)
class _Price:
    """What the defence costs: in words, and in a table of accuracies by skin tone."""

    text: str
    header: list[str]
    rows: list[list[str]]


@dataclass(frozen=True)
class _Notes:
    """The notes on one chapter; only the chapter on defences has a price."""

    title: str
    minutes: int
    answers: list[_Answer]
    explanation: str
    price: _Price | None
    address: str


def write_notes(texts: Texts, lab: str) -> str:
    """Writes the notes as one HTML page; every chapter is computed for its answer.

    Args:
        texts: Their language.
        lab: The lab's address, for the links.
    """
    chapters = [
        _make_notes(texts, lab, chapter, number) for number, chapter in enumerate(CHAPTERS, 1)
    ]
    return TEMPLATES.get_template("notes.html.jinja").render(
        language=texts.language,
        title=texts.say("handout.notes_title"),
        say=texts.say,
        say_all=texts.say_all,
        chapters=chapters,
        glossary=texts.list_terms(),
        sources=SOURCES,
    )


def _make_notes(texts: Texts, lab: str, chapter: Chapter[Any], number: int) -> _Notes:
    result = chapter.measure()
    explanation = chapter.explain(texts, result)
    return _Notes(
        title=texts.say("page.jump", number=number, title=chapter.say(texts, "title")),
        minutes=chapter.minutes,
        answers=_list_answers(texts, chapter, chapter.pick_answers(result)),
        explanation=remove_streamlit_marks(explanation),
        price=_find_price(texts) if isinstance(chapter, defence.Defence) else None,
        address=links.link_to_lab(lab, chapter),
    )


def _list_answers(texts: Texts, chapter: Chapter[Any], options: tuple[int, ...]) -> list[_Answer]:
    replies = chapter.write_replies(texts, options, options)
    return [
        _Answer(question, offered[option], reply)
        for (question, offered), option, reply in zip(
            chapter.list_questions(texts), options, replies, strict=True
        )
    ]


def _find_price(texts: Texts) -> _Price | None:
    price, tones = defence.write_cost(texts), defence.tabulate_tones(texts)
    if price is None:
        return None
    text = texts.say("chapter.defence.cost", **price)
    rows = [list(row.values()) for row in tones]
    return _Price(remove_streamlit_marks(text), list(tones[0]), rows)
