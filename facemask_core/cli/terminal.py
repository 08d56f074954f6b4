"""The commands' output: notes and progress on standard error, results on standard output."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from facemask_core.text import on_one_line

if TYPE_CHECKING:
    from facemask_core.models.classifier import Classifier

_FRAME, _NARROWEST = 3, 10
"""A column's frame and padding, and the least width of one whose cells wrap."""
_errors = Console(stderr=True, soft_wrap=True)


def print_note(message: str) -> None:
    """Prints a note on standard error, on one line like :func:`print_line`."""
    _errors.print(Text(on_one_line(message)))


def print_line(line: str = "", *, flush: bool = False) -> None:
    """Prints a line of a result on standard output.

    It may contain names from strangers: whatever they hold, it stays one line and moves no cursor.
    """
    print(on_one_line(line), flush=flush)


def print_table(table: Table, rows: Iterable[Sequence[str]]) -> None:
    """Fills a table and prints it on standard output; no cell is read as Rich's markup.

    Nothing is cut: long cells go on in the next line, except in the first column and those that
    are not to wrap, whose names are typed again. Where these leave the others too little of the
    screen, or of a pipe's 80 columns, the table is wider.
    """
    cells = [[on_one_line(cell) for cell in row] for row in rows]
    for row in cells:
        table.add_row(*map(Text, row))
    table.columns[0].no_wrap = True
    needed = 1
    for place, column in enumerate(table.columns):
        column.overflow = "fold"
        longest = max(map(cell_len, [str(column.header), *(row[place] for row in cells)]))
        needed += _FRAME + (longest if column.no_wrap else min(longest, _NARROWEST))
    console = Console()
    console.width = max(console.width, needed)
    console.print(table)


def print_json(value: Any) -> None:
    """Prints a result as JSON on standard output."""
    print(json.dumps(value, indent=1))


@contextmanager
def progress_bar() -> Iterator[Callable[[str, int, int], None]]:
    """Shows a bar on standard error; yields a function of (what, done, total) that moves it."""
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns, console=_errors, transient=True, disable=not _errors.is_terminal
    ) as bar:
        task = bar.add_task("", total=None)
        whole: int | None = None

        def report(what: str, done: int, total: int) -> None:
            nonlocal whole
            if total != whole:
                # Work from before, such as of a resumed run, must not count as speed.
                bar.reset(task, total=total, completed=done)
                whole = total
            bar.update(task, description=on_one_line(what), completed=done)

        yield report


def print_dead_gradients(count: int, what: str = "images") -> None:
    """Warns of images on which the attack had no gradient, if there are any."""
    if count:
        print_line(f"zero or non-finite gradients on {count} {what}: the attack is weak")


def print_threat_model(threat_model: dict[str, Any]) -> None:
    """Prints the settings that the figures above were measured with."""
    print_line(", ".join(f"{key} {value}" for key, value in threat_model.items()))


def model_row(classifier: Classifier) -> dict[str, Any]:
    """Makes a model's keys for the JSON."""
    return {
        "model": classifier.name,
        "model_sha256": classifier.card.weights_sha256,
        "precision": classifier.precision,
        "arithmetic": classifier.arithmetic,
    }


def print_precision(classifier: Classifier) -> None:
    """Prints the precision of the result above."""
    print_line(f"precision {classifier.precision}: {classifier.arithmetic}")
