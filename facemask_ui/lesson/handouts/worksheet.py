"""The worksheet: every question, boxes to tick, and lines to write on."""

from __future__ import annotations

from dataclasses import dataclass

from facemask_ui.lesson import links
from facemask_ui.lesson.chapters import CHAPTERS
from facemask_ui.lesson.handouts.templates import TEMPLATES
from facemask_ui.lesson.texts import Texts


@dataclass(frozen=True)
class _Task:
    """A chapter on the worksheet: its questions with their options, and its address."""

    title: str
    questions: list[tuple[str, list[str]]]
    address: str


def write_worksheet(texts: Texts, lab: str) -> str:
    """Writes the worksheet as one HTML page.

    Args:
        texts: Its language.
        lab: The lab's address, for the links.
    """
    tasks = [
        _Task(
            texts.say("page.jump", number=number, title=chapter.say(texts, "title")),
            chapter.list_questions(texts),
            links.link_to_lesson(lab, texts, number),
        )
        for number, chapter in enumerate(CHAPTERS, 1)
    ]
    return TEMPLATES.get_template("worksheet.html.jinja").render(
        language=texts.language,
        title=texts.say("handout.worksheet_title"),
        say=texts.say,
        tasks=tasks,
    )
