"""What a teacher takes along: two tables that a spreadsheet opens."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from facemask_ui.base.spreadsheet import escape_formula
from facemask_ui.language import read_texts
from facemask_ui.rooms import views
from facemask_ui.rooms.records import write_number
from facemask_ui.rooms.room import Room

_MARK = "\ufeff"
"""Tells Excel that the file is UTF-8."""


def write_answers(room: Room) -> str:
    """Writes one row a pupil: guesses at each asking, measured numbers, points of the game.

    The questionnaire is anonymous, and not in it.

    Args:
        room: The room.
    """
    texts = read_texts(room.language)
    with room.lock:
        columns: list[tuple[str, dict[int, str]]] = []
        truths = [texts.say("rooms.table.truth")]
        for record in room.records:
            if record.step.kind == "question":
                continue
            for asking in record.askings:
                if not record.step.choices and record.step.game is None:
                    continue
                name = record.step.id
                if asking.level is not None:
                    name = f"{name} {texts.number(asking.level, 2).rstrip('0').rstrip('.,')}/255"
                columns.append((name, asking.answers))
                truth = record.step.find_truth(asking.level) or {}
                truths.append(str(truth.get("answer", "")))
            for number in record.step.numbers:
                values = record.numbers.get(number, {})
                columns.append(
                    (
                        f"{record.step.id} {number}",
                        {pupil: write_number(value) for pupil, value in values.items()},
                    )
                )
                truths.append("")
        points = {score.name: f"{score.points:g}" for score in views.rank(room)}
        pupils = sorted(room.pupils.values(), key=lambda pupil: pupil.id)
        rows = [
            [
                pupil.name,
                *(cells.get(pupil.id, "") for _, cells in columns),
                points.get(pupil.name, ""),
            ]
            for pupil in pupils
        ]
    header = [
        texts.say("rooms.table.pupil"),
        *(name for name, _ in columns),
        texts.say("rooms.table.points"),
    ]
    return _write([header, [*truths, ""], *rows])


def write_questions(room: Room) -> str:
    """Writes how often each answer of the questionnaire was given, before the lesson and after.

    Args:
        room: The room.
    """
    texts = read_texts(room.language)
    with room.lock:
        counts = views.count_questionnaire(room)
        choices = {
            record.step.question: record.step.choices
            for record in room.records
            if record.step.question is not None
        }
    header = [
        texts.say(f"rooms.table.{name}") for name in ("question", "choice", "before", "after")
    ]
    rows = [
        [
            question,
            choice,
            *(
                str(counts.get(question, {}).get(phase, {}).get(choice, 0))
                for phase in ("before", "after")
            ),
        ]
        for question, offered in choices.items()
        for choice in offered
    ]
    return _write([header, *rows])


def _write(rows: Iterable[Iterable[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([escape_formula(cell) for cell in row] for row in rows)
    return _MARK + text.getvalue()
