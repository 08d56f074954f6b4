"""The collection each photograph of a dataset comes from, by the dataset's manifest."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from facemask_core.data.clutter import is_clutter
from facemask_core.data.datasets import Dataset, Folder
from facemask_core.errors import DatasetError

MANIFEST_FILE = "manifest.csv"
COLUMNS = ("path", "source")
MAX_BYTES = 16 * 2**20
"""Room for a hundred thousand rows, four times what a zip may hold."""
MAX_SOURCES = 50
"""More would be something other than collections in that column, and no table of them readable."""
MAX_NAME = 100
_DEPTH = 16
"""How many folders around a dataset are looked into, as in :mod:`facemask_core.data.layout`."""


@dataclass(frozen=True)
class Manifest:
    """A dataset's manifest, and where its folder lies in the dataset.

    Attributes:
        path: The file.
        outside: What its paths to the dataset's files begin with, where it lies above the dataset.
        inside: What the dataset's paths begin with, where it lies in a folder around the classes.
    """

    path: Path
    outside: str = ""
    inside: str = ""


def read_sources(dataset: Dataset) -> dict[str, str]:
    """Reads which collection each file of a dataset comes from.

    A ``manifest.csv`` beside the folders of the classes, or in a folder around them up to the one
    above the dataset's, gives paths relative to where it lies; the nearest counts. Rows about other
    files, and rows without a source, are ignored.

    Args:
        dataset: The dataset; one that is not a folder has no manifest.

    Returns:
        Source names by the paths of the dataset's samples; empty without a manifest.

    Raises:
        DatasetError: The manifest is too large, is no UTF-8 CSV with the columns ``path`` and
            ``source``, or gives a file two sources, or the sources are too many or no plain names.
    """
    manifest = find_manifest(dataset)
    if manifest is None:
        return {}
    path = manifest.path
    files = {sample.path for sample in dataset.samples}
    sources: dict[str, str] = {}
    for line, entry, source in _read_rows(path):
        file = manifest.inside + entry.removeprefix(manifest.outside)
        if not entry.startswith(manifest.outside) or file not in files or not source:
            continue
        _refuse_odd_name(path, line, source)
        if sources.setdefault(file, source) != source:
            raise DatasetError(
                f"{path} gives {file!r} two sources, {sources[file]!r} and {source!r}; keep one."
            )
    count = len(set(sources.values()))
    if count > MAX_SOURCES:
        raise DatasetError(
            f"{path} names {count} sources for these images; more than {MAX_SOURCES} are not told "
            "apart."
        )
    return sources


def find_manifest(dataset: Dataset) -> Manifest | None:
    """Finds a dataset's manifest; None if it has none.

    Args:
        dataset: The dataset; of its folder no file but the manifest is looked at.
    """
    if not isinstance(dataset.source, Folder):
        return None
    root = dataset.source.root.resolve()  # a folder given as "." has a name and one above it too
    places = [Manifest(root.parent / MANIFEST_FILE, outside=f"{root.name}/")]
    for folder in _list_wrappers(root):
        inside = "".join(f"{part}/" for part in folder.relative_to(root).parts)
        places.append(Manifest(folder / MANIFEST_FILE, inside=inside))
    for manifest in reversed(places):
        try:
            if manifest.path.is_file():  # pipes and devices may never end
                return manifest
        except OSError:
            continue  # a folder above that may not be looked into
    return None


def _list_wrappers(root: Path) -> list[Path]:
    """Lists a folder and those in it that each hold everything, down to the classes' folder."""
    folders = [root]
    while len(folders) <= _DEPTH:
        # glob, unlike iterdir, passes over a folder that may not be looked into.
        inner = [path for path in folders[-1].glob("*") if _is_walked(path)]
        if len(inner) != 1:
            break
        folders += inner
    return folders


def _is_walked(path: Path) -> bool:
    """Tells whether a path is a folder in which a dataset's files may lie."""
    if is_clutter(path.name) or path.is_symlink() or not path.is_dir():
        return False
    return next(path.glob("*"), None) is not None


def _read_rows(path: Path) -> Iterator[tuple[int, str, str]]:
    """Yields line number, path and source of every row."""
    lines = csv.reader(io.StringIO(_read_text(path), newline=""), strict=True)
    try:
        header = next(lines, [])
        if any(header.count(column) != 1 for column in COLUMNS):
            raise DatasetError(
                f"{path} must begin with a line of column names, among them path and source once "
                "each."
            )
        file, source = (header.index(column) for column in COLUMNS)
        for row in lines:
            if not row:
                continue  # an empty line
            if len(row) != len(header):
                raise DatasetError(
                    f"{path}: line {lines.line_num} has {len(row)} columns, but the first line "
                    f"names {len(header)}."
                )
            yield lines.line_num, row[file], row[source].strip()
    except csv.Error as error:
        raise DatasetError(f"{path}: line {lines.line_num} is no CSV ({error}).") from error


def _read_text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise DatasetError(f"{path} is over {MAX_BYTES // 2**20} MB; no manifest needs that.")
        return data.decode("utf-8-sig")  # spreadsheets put a mark in front
    except OSError as error:
        raise DatasetError(f"{path} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise DatasetError(f"{path} is not UTF-8 text; save it as such.") from error


def _refuse_odd_name(path: Path, line: int, source: str) -> None:
    """Refuses a name that could control a terminal or break a table."""
    if len(source) > MAX_NAME or not source.isprintable():
        raise DatasetError(
            f"{path}: line {line} has a source that is no plain name of up to {MAX_NAME} letters."
        )
