"""The worksheet: every question with its face, boxes to tick, and lines to write on."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from facemask_core.pictures import images
from facemask_ui.language.texts import Texts
from facemask_ui.lesson import links, subjects
from facemask_ui.lesson.chapters import CHAPTERS
from facemask_ui.lesson.handouts.templates import TEMPLATES


@dataclass(frozen=True)
class _Task:
    """A chapter on the worksheet: its face, questions with their options, and its address.

    A chapter without a face of its own has an empty address of a picture, and where there is no
    lab, its own is empty, too.
    """

    title: str
    face: str
    alt: str
    questions: list[tuple[str, list[str]]]
    address: str


def write_worksheet(texts: Texts, lab: str) -> str:
    """Writes the worksheet as one HTML page.

    Args:
        texts: Its language.
        lab: The lab's address, for the links.
    """
    return _render("worksheet.html.jinja", texts, lab)


def write_sheet(texts: Texts) -> str:
    """Writes the worksheet as a part of another page, without links to a lab.

    Args:
        texts: Its language.
    """
    return _render("sheet.html.jinja", texts, None)


def _render(template: str, texts: Texts, lab: str | None) -> str:
    tasks = [
        _Task(
            texts.say("page.jump", number=number, title=chapter.say(texts, "title")),
            _write_face(chapter.sample),
            subjects.describe_face(texts, chapter.sample) if chapter.sample else "",
            chapter.list_questions(texts),
            "" if lab is None else links.link_to_lesson(lab, texts, number),
        )
        for number, chapter in enumerate(CHAPTERS, 1)
    ]
    return TEMPLATES.get_template(template).render(
        language=texts.language,
        title=texts.say("handout.worksheet_title"),
        say=texts.say,
        tasks=tasks,
    )


def _write_face(sample: str | None) -> str:
    """Writes a shipped face as a data address, so that the sheet fetches nothing."""
    if sample is None:
        return ""
    picture = images.encode_jpeg(subjects.read_face(sample), 85)
    return f"data:image/jpeg;base64,{base64.b64encode(picture).decode('ascii')}"
