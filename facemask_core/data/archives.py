"""A dataset inside a zip file, read without unpacking it to disk."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from facemask_core.data import zips
from facemask_core.data.datasets import Dataset, arrange, is_hidden
from facemask_core.errors import DatasetError, ImageError
from facemask_core.labels import parse_label
from facemask_core.pictures import images

MAX_FILES = 25_000
"""A little above the paper's 20,347 images."""
MAX_UNPACKED = 4 * 2**30
MAX_RATIO = 100
"""Photographs hardly shrink in a zip; a bomb is a thousand times smaller than its content."""


class Archive:
    """The files of a zip in memory or on disk."""

    def __init__(self, data: bytes | Path, name: str) -> None:
        """Opens a zip.

        Args:
            data: The whole zip file, or its path.
            name: What the user calls it.

        Raises:
            DatasetError: It is no zip, is encrypted, holds links or paths that lead out of it, or
                is larger than the limits.
        """
        self.name = name
        file = data if isinstance(data, Path) else io.BytesIO(data)
        limits = zips.Limits(files=MAX_FILES, unpacked=MAX_UNPACKED, ratio=MAX_RATIO)
        self._zip = zips.open_zip(file, name, limits)
        self._entries = zips.check_files(self._zip, name, limits)

    def paths(self) -> Iterator[str]:
        """Lists all files."""
        yield from self._entries

    def read(self, path: str) -> bytes:
        """Unpacks one file into memory.

        Raises:
            ImageError: The entry is too large or damaged.
        """
        if self._entries[path].file_size > images.MAX_BYTES:
            raise ImageError("The file is over 20 MB; save the picture smaller and try again.")
        try:
            with self._zip.open(path) as file:
                return file.read(images.MAX_BYTES + 1)
        except zips.DAMAGE as error:
            raise ImageError("The file is damaged inside the zip; pack it again.") from error


def open_archive(data: bytes | Path, name: str) -> Dataset:
    """Finds the images of a zip with one folder a class, at its top or inside one single folder.

    Args:
        data: The whole zip file, or its path.
        name: What the user calls it.

    Raises:
        DatasetError: The zip cannot be used or does not hold both classes.
    """
    archive = Archive(data, name)
    return arrange(archive, below=_find_wrapper(archive))


def _find_wrapper(archive: Archive) -> str:
    """Finds the one folder that holds everything, as file managers pack it; empty if there is none.

    Loose files beside the folders, such as a README, do not count.
    """
    deep = [path.split("/") for path in archive.paths() if "/" in path and not is_hidden(path)]
    tops = {parts[0] for parts in deep}
    seconds = {parts[1] for parts in deep if len(parts) > 2}
    wraps_classes = any(_is_label(name) for name in seconds)
    return f"{tops.pop()}/" if len(tops) == 1 and wraps_classes else ""


def _is_label(name: str) -> bool:
    try:
        parse_label(name)
    except DatasetError:
        return False
    return True
