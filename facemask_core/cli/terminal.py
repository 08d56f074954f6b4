"""What commands say and how: sentences and progress to standard error, answers to standard out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

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

from facemask_core.errors import DatasetError
from facemask_core.text import on_one_line

if TYPE_CHECKING:
    from facemask_core.models.classifier import Classifier

_errors = Console(stderr=True, soft_wrap=True)


def say(message: str) -> None:
    """Prints a sentence on standard error, as harmless as :func:`tell` prints a line."""
    _errors.print(Text(on_one_line(message)))


def tell(line: str = "", *, flush: bool = False) -> None:
    """Prints a line of an answer on standard output.

    Names in it may be strangers': whatever they hold, it stays one line and moves no cursor.
    """
    print(on_one_line(line), flush=flush)


def print_table(table: Table, rows: Iterable[Sequence[str]]) -> None:
    """Fills a table and prints it on standard output; no cell is taken for Rich's markup."""
    for row in rows:
        table.add_row(*(Text(on_one_line(cell)) for cell in row))
    Console().print(table)


def print_json(value: Any) -> None:
    """Prints an answer as JSON on standard output."""
    print(json.dumps(value, indent=1))


@contextmanager
def progress_bar() -> Iterator[Callable[[str, int, int], None]]:
    """Shows one bar on standard error; yields what to call with (what, done, total)."""
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
                # What was done before this bar began, such as by a resumed run, is no speed of it.
                bar.reset(task, total=total, completed=done)
                whole = total
            bar.update(task, description=on_one_line(what), completed=done)

        yield report


def print_dead_gradients(count: int, what: str = "images") -> None:
    """Warns in an answer's text of what the attack had no direction for, if there is any."""
    if count:
        tell(f"zero or non-finite gradients on {count} {what}: the attack is weak")


def model_row(classifier: Classifier) -> dict[str, Any]:
    """A model's keys in every answer about one model."""
    return {
        "model": classifier.name,
        "model_sha256": classifier.card.weights_sha256,
        "precision": classifier.precision,
        "arithmetic": classifier.arithmetic,
    }


def print_precision(classifier: Classifier) -> None:
    """Says at the end of an answer's text what it was computed in."""
    tell(f"precision {classifier.precision}: {classifier.arithmetic}")


def write_json(path: Path | None, value: Any) -> None:
    """Writes an answer as JSON, if a file was named."""
    from facemask_core.models.checkpoints import write_atomically

    if path is not None:
        with writing(path):
            write_atomically(path, json.dumps(value, indent=1).encode())


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turns a failed write into one sentence."""
    try:
        yield
    except OSError as error:
        raise DatasetError(f"{path} cannot be written: {error.strerror or error}.") from error
