"""The store of runs as commands have it: where it is, and what they say of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facemask_core.cli.terminal import say
from facemask_core.errors import RunStoreError

if TYPE_CHECKING:
    from facemask_core.runs import Store

StoreOption = Annotated[
    Path | None,
    typer.Option(
        "--store",
        metavar="FOLDER",
        help="Folder of the run store (default: $FACEMASK_HOME, or the user's data folder).",
    ),
]
NoStoreOption = Annotated[
    bool, typer.Option("--no-store", help="Compute everything anew and keep nothing.")
]


@contextmanager
def opened_store(folder: Path | None) -> Iterator[Store]:
    """Opens the store in a folder, or where it is by default; tells what befell it.

    Raises:
        RunStoreError: The store cannot be used.
    """
    from facemask_core import runs

    with runs.Store(folder) as store:
        try:
            yield store
        finally:
            for note in store.notes:
                say(note)


@contextmanager
def perhaps_store(folder: Path | None, *, no_store: bool) -> Iterator[Store | None]:
    """As :func:`opened_store`, where a command may do without.

    Raises:
        RunStoreError: The store cannot be used, or the options contradict each other.
    """
    if no_store and folder is not None:
        raise RunStoreError("Give either --store FOLDER or --no-store, not both.")
    with nullcontext() if no_store else opened_store(folder) as store:
        yield store


def say_recalled(done: int, total: int) -> None:
    """Tells how much of an answer comes from the store."""
    if done == total:
        say(f"Answered from the run store: all {total} files were stored before.")
    else:
        say(f"Going on from file {done} of {total}, as the run store has it.")
