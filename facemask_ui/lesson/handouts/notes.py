"""The teacher's notes: goals, plan, answers with this lab's figures, and what to watch in class."""

from __future__ import annotations

from typing import Any

from facemask_ui.lesson import links
from facemask_ui.lesson.chapters import CHAPTERS, Chapter, defence
from facemask_ui.lesson.handouts.parts import inline, link, points, prose
from facemask_ui.lesson.handouts.sources import SOURCES
from facemask_ui.lesson.handouts.worksheet import STYLE
from facemask_ui.lesson.texts import Texts
from facemask_ui.reports.printed.frame import framed
from facemask_ui.reports.printed.markup import Markup, element, joined, table


def notes(texts: Texts, lab: str) -> str:
    """Writes the notes as one HTML page; every chapter is computed, or found, for its answer.

    Args:
        texts: Their language.
        lab: The lab's address, for the links.
    """
    title = texts.say("handout.notes_title")
    numbered = list(enumerate(CHAPTERS, 1))
    answers = [_answer(texts, lab, chapter, number) for number, chapter in numbered]
    content = [
        element("h1", title),
        element("p", texts.say("handout.notes_lead"), class_="lead"),
        _section(texts, "goals", points(texts.each("handout.goals"))),
        _section(texts, "plan", _plan(texts)),
        _section(texts, "class", points(texts.each("handout.class_notes"))),
        _section(texts, "ethics", element("p", texts.say("handout.ethics"))),
        _section(texts, "answers", element("p", texts.say("handout.answers_lead")), *answers),
        _section(texts, "misconceptions", points(texts.each("handout.misconceptions"))),
        element("section", element("h2", texts.say("page.glossary")), _glossary(texts)),
        _section(texts, "reading", points(SOURCES)),
    ]
    return framed(title, content, lang=texts.language, style=STYLE)


def _section(texts: Texts, name: str, *content: Markup) -> Markup:
    return element("section", element("h2", texts.say(f"handout.{name}_title")), *content)


def _plan(texts: Texts) -> Markup:
    columns = ("chapter", "minutes", "question")
    rows = [
        (
            texts.say("page.jump", number=number, title=chapter.say(texts, "title")),
            str(chapter.minutes),
            " ".join(question for question, _ in chapter.questions(texts)[:1]),
        )
        for number, chapter in enumerate(CHAPTERS, 1)
    ]
    header = [texts.say(f"handout.plan_{column}") for column in columns]
    return table(texts.say("handout.plan_caption"), header, rows, class_="plan")


def _answer(texts: Texts, lab: str, chapter: Chapter[Any], number: int) -> Markup:
    found = chapter.measured()
    answers = chapter.answers(found)
    questions = chapter.questions(texts)
    title = texts.say("page.jump", number=number, title=chapter.say(texts, "title"))
    replies = chapter.replies(texts, answers, answers)
    rows = [
        joined(
            [
                element("p", question, class_="question"),
                element(
                    "p",
                    f"{texts.say('handout.right_answer')} ",
                    element("strong", offered[answer]),
                    *(f". {reply}" for reply in [reply] if len(questions) > 1),
                ),
            ]
        )
        for (question, offered), answer, reply in zip(questions, answers, replies, strict=True)
    ]
    return element(
        "div",
        element("h3", title),
        *rows,
        prose(chapter.say(texts, chapter.shown(found), **chapter.told(texts, found))),
        *(_price(texts) if isinstance(chapter, defence.Defence) else []),
        link(texts.say("handout.link"), links.into_lab(lab, chapter)),
        class_="answer",
    )


def _price(texts: Texts) -> list[Markup]:
    """What the defence costs, in words and by skin tone."""
    price, tones = defence.cost(texts), defence.tones(texts)
    if price is None:
        return []
    rows = [list(row.values()) for row in tones]
    caption = texts.say("chapter.defence.tones_caption")
    return [
        prose(texts.say("chapter.defence.cost", **price)),
        table(caption, list(tones[0]), rows, class_="numbers"),
    ]


def _glossary(texts: Texts) -> Markup:
    rows = [
        element("div", element("dt", term), element("dd", inline(meaning)))
        for term, meaning in texts.glossary()
    ]
    return element("dl", *rows)
