"""The worksheet: every question, boxes to tick, and lines to write on."""

from __future__ import annotations

from pathlib import Path

from facemask_ui.lesson import links
from facemask_ui.lesson.chapters import CHAPTERS, Chapter
from facemask_ui.lesson.handouts.parts import lines, link
from facemask_ui.lesson.texts import Texts
from facemask_ui.reports.printed.frame import framed
from facemask_ui.reports.printed.markup import Markup, element

STYLE = Path(__file__).with_name("handout.css").read_text(encoding="utf-8")
_BOX = "\N{BALLOT BOX}"


def worksheet(texts: Texts, lab: str) -> str:
    """Writes the worksheet as one HTML page.

    Args:
        texts: Its language.
        lab: The lab's address, for the links.
    """
    title = texts.say("handout.worksheet_title")
    content = [
        element("h1", title),
        element("p", texts.say("handout.worksheet_lead"), class_="lead"),
        element(
            "div",
            lines(texts.say("handout.name"), 1),
            lines(texts.say("handout.date"), 1),
            class_="beside who",
        ),
        *(_chapter(texts, lab, chapter, number) for number, chapter in enumerate(CHAPTERS, 1)),
        element(
            "section",
            lines(texts.say("handout.own_words"), 4),
            lines(texts.say("handout.change"), 4),
        ),
    ]
    return framed(title, content, lang=texts.language, style=STYLE)


def _chapter(texts: Texts, lab: str, chapter: Chapter[object], number: int) -> Markup:
    questions = chapter.questions(texts)
    asked = [_question(question, options) for question, options in questions]
    title = texts.say("page.jump", number=number, title=chapter.say(texts, "title"))
    written = [lines(texts.say("handout.because"), 1), lines(texts.say("handout.saw"), 2)]
    return element(
        "section",
        element("h2", title),
        *asked,
        *(written if len(questions) == 1 else []),
        link(texts.say("handout.link"), links.into_lesson(lab, texts, number)),
        class_="task",
    )


def _question(question: str, options: list[str]) -> Markup:
    boxes = [element("li", element("span", f"{_BOX} ", class_="box"), it) for it in options]
    return element(
        "div", element("p", question, class_="question"), element("ul", *boxes, class_="options")
    )
