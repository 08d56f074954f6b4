"""Options about the store of runs, and its messages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facemask_core.cli.terminal import print_note
from facemask_core.errors import RunStoreError, StorePlaceError

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
    bool, typer.Option("--no-store", help="Compute everything anew and store nothing.")
]


@contextmanager
def open_store(folder: Path | None) -> Iterator[Store]:
    """Opens the store in a folder, or in its default folder; prints its notes at the end.

    Raises:
        RunStoreError: The store cannot be used.
    """
    from facemask_core import runs

    with _advise("or name another folder with --store"), runs.Store(folder) as store:
        try:
            yield store
        finally:
            for note in store.notes:
                print_note(note)


@contextmanager
def open_store_unless(folder: Path | None, *, no_store: bool) -> Iterator[Store | None]:
    """Opens the store like :func:`open_store`, unless the command is to do without one.

    Raises:
        RunStoreError: The store cannot be used, or the options contradict each other.
    """
    if no_store and folder is not None:
        raise RunStoreError("Give either --store FOLDER or --no-store, not both.")
    with (
        _advise("or do without it: --no-store"),
        nullcontext() if no_store else open_store(folder) as store,
    ):
        yield store


@contextmanager
def _advise(way_out: str) -> Iterator[None]:
    """Adds to a problem of the store's place what the command's own options can do about it.

    The core's sentence names no option, since pages show it as well.
    """
    try:
        yield
    except StorePlaceError as error:
        sentence = str(error).removesuffix(".")
        raise StorePlaceError(f"{sentence}, {way_out}.") from error


def note_stored_count(done: int, total: int) -> None:
    """Prints how many rows come from the store."""
    if done == total:
        print_note(f"Answered from the run store: all {total} files were stored before.")
    else:
        print_note(f"Going on from file {done} of {total}, as the run store has it.")
