"""Zip files from strangers: checked before any file in them is read, and unpacked within limits."""

from __future__ import annotations

import lzma
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from facemask_core import system
from facemask_core.data.clutter import is_clutter
from facemask_core.errors import DatasetError

DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    OSError,
    EOFError,
    ValueError,  # names and offsets that are not what the directory says
    NotImplementedError,  # a compression or version that zipfile does not know
)
"""What Python raises while it reads a damaged entry."""

PACK_PLAINLY = (
    "pack the folder again as a zip with the method Deflate, as the file managers of Windows and "
    "macOS do"
)
"""Advice that works with any packer: 7-Zip and WinZip call this setting the compression method."""

_CHUNK = 2**20

_DIRECTORY_BYTES = 512
"""Bytes a file may take in a zip's directory: 46, its path, and what packers add. ZipFile makes an
object of every entry as soon as it opens a zip, so this is limited before."""


@dataclass(frozen=True)
class Limits:
    """How much a zip may hold.

    Attributes:
        files: Number of files.
        unpacked: Bytes of all files together.
        ratio: How many times larger than the packed bytes the unpacked ones may be.
    """

    files: int
    unpacked: int
    ratio: int


def open_zip(file: Path | IO[bytes], name: str, limits: Limits) -> zipfile.ZipFile:
    """Opens a zip file whose directory is no longer than its files may need.

    Args:
        file: Its path, or the open file.
        name: What the user calls it.
        limits: How much it may hold.

    Raises:
        DatasetError: It is no zip, or its directory is too long.
    """
    try:
        _refuse_long_directory(file, name, limits)
        return zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise DatasetError(
            f"{name!r} is no readable zip file; pack the folder as a zip, as the file managers of "
            "Windows and macOS do."
        ) from error


def _refuse_long_directory(file: Path | IO[bytes], name: str, limits: Limits) -> None:
    """Refuses a directory of too many bytes; the number of entries a zip states may be false."""
    with file.open("rb") if isinstance(file, Path) else nullcontext(file) as opened:
        # Private, but what ZipFile itself goes by: to another reader of the end of the file a zip
        # could show another directory than the one that is read.
        end = zipfile._EndRecData(opened)  # type: ignore[attr-defined]  # noqa: SLF001
    if end is None:
        return  # no zip, which ZipFile says
    size = end[zipfile._ECD_SIZE]  # type: ignore[attr-defined]  # noqa: SLF001
    if size > limits.files * _DIRECTORY_BYTES:
        raise DatasetError(
            f"{name!r} takes {size} bytes to list its files; the limit is {limits.files} files."
        )


def check_files(archive: zipfile.ZipFile, name: str, limits: Limits) -> dict[str, zipfile.ZipInfo]:
    """Lists the files of a zip by path, after checking that all of them are harmless.

    Args:
        archive: The open zip.
        name: What the user calls it.
        limits: How much it may hold.

    Raises:
        DatasetError: It exceeds the limits, is encrypted, has a path twice or one that leads out
            of it, or holds something other than plain files, such as symbolic links.
    """
    # The library's own is_dir fails on an entry without a name.
    entries = [entry for entry in archive.infolist() if not entry.filename.endswith(("/", "\\"))]
    _refuse_too_much(entries, name, limits)
    files: dict[str, zipfile.ZipInfo] = {}
    for entry in entries:
        path = _read_path(entry, name)
        if files.setdefault(path, entry) is not entry:
            raise DatasetError(
                f"{name!r} has {path!r} more than once; pack the folder into a new zip file."
            )
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise DatasetError(f"{name!r} is encrypted; pack the folder without a password.")
    for path, entry in files.items():
        # Unix keeps a file's kind here; other systems leave it empty.
        if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG):
            raise DatasetError(f"{name!r} has a link {path!r}; pack the files themselves.")
    return files


def _read_path(entry: zipfile.ZipInfo, name: str) -> str:
    """Reads an entry's path as packers mean it: parts with a slash between them, and no more.

    Old packers of Windows put backslashes between the parts, and some of Unix ``./`` in front. A
    backslash is never taken for a letter: on Windows the file would land elsewhere than checked.
    """
    path = entry.filename.replace("\\", "/")
    parts = [part for part in path.split("/") if part not in ("", ".")]
    # A drive's name may also stand behind a dot.
    if not parts or path.startswith("/") or ".." in parts or parts[0][1:2] == ":":
        raise DatasetError(
            f"{name!r} has an unsafe path {entry.filename!r}; pack the folder again without the "
            "path to it, as the file managers of Windows and macOS do."
        )
    return "/".join(parts)


def _refuse_too_much(entries: Sequence[zipfile.ZipInfo], name: str, limits: Limits) -> None:
    if len(entries) > limits.files:
        raise DatasetError(f"{name!r} has {len(entries)} files; the limit is {limits.files}.")
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if unpacked > limits.unpacked or unpacked > limits.ratio * max(packed, 1):
        raise DatasetError(f"{name!r} would unpack to {unpacked / 2**20:.0f} MB; refused.")


def unpack(
    path: Path,
    folder: Path,
    limits: Limits,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> None:
    """Unpacks a zip file, without the files that operating systems leave in archives.

    Args:
        path: The zip file.
        folder: Where its files go, made as needed; no file in it is overwritten.
        limits: How much the zip may hold.
        progress: Called with (files unpacked, all files).

    Raises:
        DatasetError: The zip cannot be read, is damaged, holds a name that this system cannot give
            a file, or :func:`check_files` refuses it.
        OSError: A file cannot be written.
    """
    with open_zip(path, path.name, limits) as archive:
        files = check_files(archive, path.name, limits)
        files = {name: entry for name, entry in files.items() if not is_clutter(name)}
        _refuse_impossible_names(files, path.name)
        for done, (name, entry) in enumerate(files.items(), start=1):
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as file:
                for chunk in _read_content(archive, entry, path.name):
                    file.write(chunk)
            progress(done, len(files))


def _refuse_impossible_names(paths: Iterable[str], name: str) -> None:
    for path in paths:
        if not system.can_name(path):
            raise DatasetError(
                f"{name!r} has {path!r}, a name that Windows cannot give a file; rename "
                "it and pack the folder again."
            )


def _read_content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> Iterator[bytes]:
    """Reads an entry, never more than the size it states, which the limits were checked against."""
    try:
        with archive.open(entry) as file:
            while chunk := file.read(_CHUNK):
                yield chunk
    except NotImplementedError as error:
        raise DatasetError(
            f"{entry.filename!r} cannot be unpacked from {name!r}; {PACK_PLAINLY}."
        ) from error
    except DAMAGE as error:
        raise DatasetError(
            f"{entry.filename!r} is damaged inside {name!r}; get or pack the zip again."
        ) from error
