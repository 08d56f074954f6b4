"""The files that commands write: checked before anything is computed, and written after it.

What a command has computed is printed even where it cannot be written, and no command overwrites
what it reads.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from facemask_core.errors import DatasetError

_PARTIAL = ".partial"
"""Ending of the file that a file is collected in, see ``write_atomically``."""


def check_files(outputs: Mapping[str, Path | None], reads: Iterable[Path] = ()) -> None:
    """Checks the files a command is going to write, before it computes anything.

    Args:
        outputs: The files by their options, such as ``--output``; None where one is not given.
        reads: What the command reads: files, and folders with all that lies in them.

    Raises:
        DatasetError: One cannot be written, two are the same, or one is read by the command.
    """
    files = {option: path for option, path in outputs.items() if path is not None}
    for option, path in files.items():
        with refusing(path):
            _check_file(option, path)
    _refuse_twins(files)
    _refuse_reads(files, list(reads))


def check_folder(option: str, folder: Path, reads: Iterable[Path] = ()) -> None:
    """Checks a folder a command is going to make or fill, before it computes anything.

    Args:
        option: The folder's option, such as ``--output``.
        folder: The folder; those above it are made as well.
        reads: The folders that the command reads.

    Raises:
        DatasetError: It cannot be written, or is read by the command.
    """
    with refusing(folder):
        existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
        if not existing.is_dir():
            raise DatasetError(
                f"{folder} cannot be written: {existing} is a file; name a folder for {option}."
            )
        _check_access(folder, existing)
        for path in reads:
            if folder.exists() and path.exists() and folder.samefile(path):
                raise DatasetError(
                    f"{folder} is what this command reads; name another folder for {option}."
                )


def read_paths(
    models: Iterable[str | None], *data: Path | None, store: Path | None = None
) -> list[Path]:
    """Lists what a command reads.

    Args:
        models: Names, folders or files of models; None, here and below, for what is not given.
        *data: Pictures, and folders or zips of pictures.
        store: Folder of the run store; None for the default one.

    Raises:
        CheckpointError: There is no such model.
    """
    from facemask_core.data.places import find_zip
    from facemask_core.data.provenance import MANIFEST_FILE
    from facemask_core.models import checkpoints
    from facemask_core.storage import place

    folders = [checkpoints.find_place(name) for name in models if name is not None]
    pictures = [find_zip(path) or path for path in data if path is not None]
    manifests = [path.parent / MANIFEST_FILE for path in pictures]
    databases = (store or place.default_folder()).glob("*.sqlite3*")
    return [*folders, *pictures, *manifests, *databases]


@contextmanager
def saved(path: Path | None, data: bytes) -> Iterator[str]:
    """Saves a file; where that fails, the block still prints the result, and then it is an error.

    Yields words about it for the printed result, such as ``saved as face.png``.

    Args:
        path: The file; None saves nothing.
        data: Its content.

    Raises:
        DatasetError: The file could not be written.
    """
    from facemask_core.models.checkpoints import write_atomically

    words, failure = f"saved as {path}", None
    if path is not None:
        try:
            with refusing(path):
                write_atomically(path, data)
        except DatasetError as error:
            words, failure = "not saved", error
    yield words
    if failure is not None:
        raise failure


@contextmanager
def saved_json(path: Path | None, value: Any) -> Iterator[None]:
    """Saves a result as JSON like :func:`saved`."""
    with saved(path, json.dumps(value, indent=1).encode()):
        yield


@contextmanager
def refusing(path: Path) -> Iterator[None]:
    """Turns an error about a file or folder to be written into one of one sentence."""
    try:
        yield
    except OSError as error:
        raise DatasetError(f"{path} cannot be written: {error.strerror or error}.") from error


def _check_file(option: str, path: Path) -> None:
    if path.is_dir():
        raise DatasetError(
            f"{path} cannot be written: it is a folder; name a file in it for {option}."
        )
    if path.exists() and not path.is_file():
        raise DatasetError(
            f"{path} cannot be written: it is no plain file; name another for {option}."
        )
    folder = path.parent
    if not folder.exists():
        raise DatasetError(
            f"{path} cannot be written: there is no folder {folder}; make it, or name another "
            f"for {option}."
        )
    if not folder.is_dir():
        raise DatasetError(
            f"{path} cannot be written: {folder} is no folder; name another for {option}."
        )
    partial = _partial(path)
    if partial.is_dir():
        raise DatasetError(
            f"{path} cannot be written: the folder {partial} is in the way; name another file "
            f"for {option}."
        )
    _check_access(path, folder)
    with suppress(FileNotFoundError):
        partial.lstat()  # fails where the name is too long


def _check_access(path: Path, folder: Path) -> None:
    if not os.access(folder, os.W_OK | os.X_OK):
        raise DatasetError(
            f"{path} cannot be written: you may not write in {folder}; name another folder."
        )


def _partial(path: Path) -> Path:
    return path.with_name(path.name + _PARTIAL)


def _refuse_twins(files: Mapping[str, Path]) -> None:
    """Refuses two outputs that are one file; a name counts once where case makes no difference."""
    places: dict[str, str] = {}
    for option, path in files.items():
        place = os.path.normcase(path.resolve())
        if place in places:
            raise DatasetError(
                f"{places[place]} and {option} name the same file {path}; give each its own."
            )
        places[place] = option


def _refuse_reads(files: Mapping[str, Path], reads: list[Path]) -> None:
    """Refuses an output that is one of the files read, by whatever name or link."""
    targets = {}
    for option, path in files.items():
        for place in (path, _partial(path)):
            if place.exists():
                targets[_identity(place)] = (option, path)
    if not targets:
        return
    for read in reads:
        for file in (read, *read.rglob("*")) if read.is_dir() else (read,):
            try:
                found = targets.get(_identity(file))
            except OSError:  # a link that leads nowhere, or a file that is not there
                continue
            if found is not None:
                option, path = found
                raise DatasetError(
                    f"{path} is a file that this command reads ({file}); name another for "
                    f"{option}, or it would be overwritten."
                )


def _identity(path: Path) -> tuple[int, int]:
    """Identifies a file behind links and all its names, as os.path.samefile does."""
    status = path.stat()
    return status.st_dev, status.st_ino
