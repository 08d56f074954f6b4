"""The matrix of models and attacks: a cell is a report on the same images, and opens it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from facemask_core import attacks
from facemask_core.jobs import State
from facemask_ui.base.figure_table import Cell, Row, draw_table
from facemask_ui.choices import models
from facemask_ui.language import number, percent, say
from facemask_ui.reports import stored
from facemask_ui.reports.line import Line
from facemask_ui.reports.open_report import open_run
from facemask_ui.reports.words import describe_attack

_KEY = "report-matrix"


def show_matrix(lines: Sequence[Line], shown: Line | None) -> None:
    """Shows the matrix of the images that the open report is about, or else the newest one.

    Args:
        lines: All lines, those under way included.
        shown: The open report's line; None while none is open.
    """
    own = next((line for line in lines if line.mine and _has_cell(line)), None)
    base = shown if shown is not None and shown.complete else own
    if base is None:
        return
    members = list_members(base, lines)
    if len(members) < 2:
        return
    columns = sorted({_find_place(line): describe_column(line) for line in members}.items())
    latest = {(line.model, describe_column(line)): line for line in reversed(members)}
    rows = [
        Row(
            title=models.name(name),
            cells=[_make_cell(latest.get((name, title)), shown) for _, title in columns],
        )
        for name in models.sort_names({line.model for line in members})
    ]
    draw_table(
        [say("report.matrix.model"), *(title for _, title in columns)],
        rows,
        key=_KEY,
        label=say("report.matrix.title"),
        caption=say("report.matrix.caption"),
        on_choice=open_run,
    )


def list_members(base: Line, lines: Iterable[Line]) -> list[Line]:
    """Lists the lines that have a cell beside a base: complete or under way, on the same images.

    Args:
        base: The line whose images count.
        lines: The lines to choose from, the latest first.
    """
    known = [line for line in lines if line.key != base.key]
    alike = {line.key for line in base.find_same_images(known)} if base.complete else set()

    def belongs(line: Line) -> bool:
        if base.complete and line.complete:  # a folder's files may have changed between the two
            return line.key in alike
        return _has_cell(line) and _are_ordered_alike(base, line)

    members = [base, *(line for line in known if belongs(line))]
    return [line for line in members if not line.is_search]


def _has_cell(line: Line) -> bool:
    """Whether a line is complete or under way, rather than failed, cancelled or deleted."""
    return line.complete or (line.job is not None and line.job.state.active)


def _are_ordered_alike(base: Line, line: Line) -> bool:
    """Whether two orders are about the same images; what is under way has no hash of them yet."""
    if base.job is None or line.job is None:
        return False
    return base.job.order.images_key == line.job.order.images_key


def describe_column(line: Line) -> str:
    """Names the column of a line: its attack with its settings."""
    return say("report.matrix.clean") if line.attack is None else describe_attack(line)


def _find_place(line: Line) -> tuple[int, float, str]:
    """Finds the place of a line's column: clean first, then by attack and epsilon."""
    if line.attack is None:
        return -1, 0.0, ""
    return attacks.names().index(line.attack), line.epsilon, describe_attack(line)


def _make_cell(line: Line | None, shown: Line | None) -> Cell:
    if line is None:
        return Cell(text="–")
    if not line.complete:
        waits = line.job is not None and line.job.state is State.QUEUED
        return Cell(text=say("report.matrix.waits" if waits else "report.matrix.runs"))
    summary = stored.read_summary(line)
    if summary is None:
        return Cell(text="–")
    wrong = 1.0 - summary.right / summary.images
    right, images = number(summary.right), number(summary.images)
    text = say("report.matrix.right", right=right, images=images)
    column = describe_column(line)
    return Cell(
        text=text,
        note=say("report.matrix.wrong", share=percent(wrong)),
        wrong=wrong,
        key=line.run,
        name=say("report.matrix.open", model=models.name(line.model), attack=column, right=text),
        pressed=shown is not None and shown.run == line.run,
    )
