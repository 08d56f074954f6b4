"""Where each photograph of a dataset comes from, by the dataset's manifest."""

from __future__ import annotations

import csv
import io
import posixpath
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from facemask_core.data.archives import ArchiveFolder
from facemask_core.data.clutter import is_clutter
from facemask_core.data.datasets import Dataset, Folder, Source
from facemask_core.data.layout import read_layout
from facemask_core.errors import DatasetError, ImageError
from facemask_core.labels import WITHOUT_MASK

MANIFEST_FILE = "manifest.csv"
COLUMNS = ("path", "source")
"""Without these a file of that name is no manifest."""
OPTIONAL_COLUMNS = ("group", "drawn")
MAX_BYTES = 16 * 2**20
"""Room for a hundred thousand rows, four times what a zip may hold."""
MAX_SOURCES = 50
"""More would be something other than collections in that column, and no table of them readable."""
MAX_NAME = 100
_DEPTH = 16
"""How many folders around a dataset are looked into, as in :mod:`facemask_core.data.layout`."""

_DRAWN = {"yes": True, "no": False, "": None}


@dataclass(frozen=True)
class Origin:
    """Where a photograph comes from, as far as a manifest says.

    Attributes:
        source: Name of the collection; empty if unknown.
        group: Photographs of one group show one picture, or one named person; empty if unknown.
        drawn: Whether its mask is painted onto the photograph by a program; None if unknown.
    """

    source: str = ""
    group: str = ""
    drawn: bool | None = None


@dataclass(frozen=True)
class Origins:
    """What a manifest says of a dataset's files.

    Attributes:
        by_path: Origins by the paths of the dataset's samples.
        problem: What is wrong with the manifest, in a sentence; None if nothing is.
    """

    by_path: Mapping[str, Origin] = field(default_factory=dict)
    problem: str | None = None


@dataclass(frozen=True)
class Manifest:
    """A dataset's manifest, and where its folder lies in the dataset.

    Attributes:
        path: The file; in a zip behind the zip's name.
        outside: What its paths to the dataset's files begin with, where it lies above the dataset.
        inside: What the dataset's paths begin with, where it lies in a folder around the classes.
        zip: The zip that it lies in; None on the disk.
        entry: Its path in the zip.
    """

    path: Path
    outside: str = ""
    inside: str = ""
    zip: Source | None = None
    entry: str = ""

    @property
    def state(self) -> tuple[str, int]:
        """What changes with its content: a zip's never does."""
        changed = 0 if self.zip is not None else self.path.stat().st_mtime_ns
        return str(self.path), changed


def read_origins(dataset: Dataset) -> Origins:
    """Reads where each file of a dataset comes from.

    A ``manifest.csv`` beside the folders of the classes, or in a folder around them up to the one
    above the dataset's, gives paths relative to where it lies; the nearest counts. It has the
    columns ``path`` and ``source``, and may have ``group`` and ``drawn``. Rows about other
    files are passed over.

    It is a stranger's file and only adds figures, so a fault never stops anything: a manifest that
    cannot be used says nothing about any file, rows about files that are not there say nothing, and
    both are named in :attr:`Origins.problem`.

    Args:
        dataset: The dataset, in a folder or in a zip.
    """
    manifest = find_manifest(dataset)
    if manifest is None:
        return Origins()
    try:
        by_path, absent = _read_manifest(manifest, dataset)
    except DatasetError as error:
        return Origins(problem=str(error))
    return Origins(by_path, _describe_absent(manifest.path, absent))


def _read_manifest(manifest: Manifest, dataset: Dataset) -> tuple[dict[str, Origin], list[str]]:
    """Reads the origins of a dataset's files, and the paths of rows about files not there."""
    labels = {sample.path: sample.label for sample in dataset.samples}
    origins: dict[str, Origin] = {}
    absent = []
    in_zip = None if manifest.zip is None else set(dataset.source.paths())
    for line, entry, cells in _read_rows(manifest):
        file = manifest.inside + entry.removeprefix(manifest.outside)
        if not entry.startswith(manifest.outside):
            continue
        if file not in labels:
            if not _is_there(dataset, file, in_zip):
                absent.append(entry)
            continue
        origin = _read_origin(manifest.path, line, cells)
        if origin.drawn and labels[file] == WITHOUT_MASK:
            raise DatasetError(
                f"{manifest.path}: line {line} says of {file!r} that its mask is drawn, but the "
                "file lies among those without a mask; write no, or move the file."
            )
        if origins.setdefault(file, origin) != origin:
            raise DatasetError(
                f"{manifest.path} has two different rows for {file!r}, as line {line} shows; "
                "keep one."
            )
    _refuse_many_sources(manifest.path, origins)
    return origins, absent


def _is_there(dataset: Dataset, file: str, in_zip: Collection[str] | None) -> bool:
    """Tells whether a file lies in the dataset's place; no path that leads out of it is tried."""
    if in_zip is not None:
        return file in in_zip
    parts = PurePosixPath(file).parts
    if not isinstance(dataset.source, Folder) or ".." in parts or file.startswith("/"):
        return False
    try:
        return bool(parts) and (dataset.source.root / file).exists()
    except (OSError, ValueError):  # a name too long, or with a zero byte
        return False


def _read_origin(path: Path, line: int, cells: Mapping[str, str]) -> Origin:
    """Checks a row's cells.

    Raises:
        DatasetError: One holds what its column may not.
    """
    for column in ("source", "group"):
        _refuse_odd_name(path, line, column, cells.get(column, ""))
    drawn = cells.get("drawn", "").lower()
    if drawn not in _DRAWN:
        raise DatasetError(
            f"{path}: line {line} has {_quote(cells['drawn'])} in the column drawn; write yes or "
            "no."
        )
    return Origin(cells["source"], cells.get("group", ""), _DRAWN[drawn])


def _refuse_many_sources(path: Path, origins: Mapping[str, Origin]) -> None:
    count = len({origin.source for origin in origins.values()} - {""})
    if count > MAX_SOURCES:
        raise DatasetError(
            f"{path} names {count} sources for these images; more than {MAX_SOURCES} are not told "
            "apart."
        )


def _describe_absent(path: Path, absent: Sequence[str]) -> str | None:
    """Says which rows are about files that are not there; None if there are none."""
    if not absent:
        return None
    if len(absent) == 1:
        return f"{path} has a row about {_quote(absent[0])}, which is not there."
    return (
        f"{path} has {len(absent)} rows about files that are not there, such as "
        f"{_quote(absent[0])}."
    )


def _quote(text: str) -> str:
    quoted = repr(text)
    return quoted if len(quoted) <= MAX_NAME else f"{quoted[:MAX_NAME]}…"


def find_manifest(dataset: Dataset) -> Manifest | None:
    """Finds a dataset's manifest; None if it has none.

    Args:
        dataset: The dataset; of its folder no file but the manifest is looked at.
    """
    if not isinstance(dataset.source, Folder):
        return _find_in_zip(dataset)
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


def _find_in_zip(dataset: Dataset) -> Manifest | None:
    """Finds the manifest in a zip: the nearest to the classes' folder, or the one above it."""
    source = dataset.source
    paths = set(source.paths())
    folder = PurePosixPath(_find_classes(dataset, paths))
    for place in (folder, *folder.parents):
        inside = "" if str(place) == "." else f"{place}/"
        if (file := f"{inside}{MANIFEST_FILE}") in paths:
            path = Path(source.name) / file
            return Manifest(path, inside=inside, zip=source, entry=file)
    if isinstance(source, ArchiveFolder) and source.below:
        above = PurePosixPath(source.below).parent
        if (file := (above / MANIFEST_FILE).as_posix()) in set(source.archive.paths()):
            path = Path(source.archive.name) / file
            outside = f"{PurePosixPath(source.below).name}/"
            return Manifest(path, outside=outside, zip=source.archive, entry=file)
    return None


def _find_classes(dataset: Dataset, paths: Collection[str]) -> str:
    """Finds the folder around a dataset's classes in a zip."""
    if not dataset.samples:
        return read_layout(paths, whole=True).below
    return posixpath.commonpath([sample.path.rpartition("/")[0] for sample in dataset.samples])


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


def _read_rows(manifest: Manifest) -> Iterator[tuple[int, str, dict[str, str]]]:
    """Yields line number, path and the other known cells of every row."""
    path = manifest.path
    lines = csv.reader(io.StringIO(_read_text(manifest), newline=""), strict=True)
    try:
        header = next(lines, [])
        places = _find_columns(path, header)
        for row in lines:
            if not row:
                continue  # an empty line
            if len(row) != len(header):
                raise DatasetError(
                    f"{path}: line {lines.line_num} has {len(row)} columns, but the first line "
                    f"names {len(header)}."
                )
            cells = {column: row[place].strip() for column, place in places.items()}
            yield lines.line_num, row[places["path"]], cells
    except csv.Error as error:
        raise DatasetError(f"{path}: line {lines.line_num} is no CSV ({error}).") from error


def _find_columns(path: Path, header: Sequence[str]) -> dict[str, int]:
    """Finds the columns that are read, by name."""
    if any(header.count(column) != 1 for column in COLUMNS):
        raise DatasetError(
            f"{path} must begin with a line of column names, among them path and source once each."
        )
    for column in OPTIONAL_COLUMNS:
        if header.count(column) > 1:
            raise DatasetError(f"{path} has more than one column {column}; keep one.")
    known = (*COLUMNS, *OPTIONAL_COLUMNS)
    return {column: header.index(column) for column in known if column in header}


def _read_text(manifest: Manifest) -> str:
    path = manifest.path
    try:
        data = _read_bytes(manifest)
        if len(data) > MAX_BYTES:
            raise DatasetError(f"{path} is over {MAX_BYTES // 2**20} MB; no manifest needs that.")
        return data.decode("utf-8-sig")  # spreadsheets put a mark in front
    except OSError as error:
        raise DatasetError(f"{path} cannot be read: {error.strerror or error}.") from error
    except ImageError as error:
        raise DatasetError(f"{path} cannot be read: {error}") from error
    except UnicodeDecodeError as error:
        raise DatasetError(f"{path} is not UTF-8 text; save it as such.") from error


def _read_bytes(manifest: Manifest) -> bytes:
    """Reads a manifest, or a little more than the longest that is allowed."""
    if manifest.zip is not None:
        return manifest.zip.read(manifest.entry)
    with manifest.path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _refuse_odd_name(path: Path, line: int, column: str, name: str) -> None:
    """Refuses a name that could control a terminal or break a table."""
    if len(name) > MAX_NAME or not name.isprintable():
        raise DatasetError(
            f"{path}: line {line} has a {column} that is no plain name of up to {MAX_NAME} letters."
        )
