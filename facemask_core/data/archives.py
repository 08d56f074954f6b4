"""A dataset inside a zip file, read without unpacking it to disk."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from facemask_core.data import zips
from facemask_core.data.datasets import Dataset, arrange
from facemask_core.errors import ImageError
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
            ImageError: The entry is too large, damaged, or packed in a way Python cannot read.
        """
        entry = self._entries[path]
        if entry.file_size > images.MAX_BYTES:
            raise ImageError("The file is over 20 MB; save the picture smaller and try again.")
        try:
            with self._zip.open(entry) as file:
                return file.read(images.MAX_BYTES + 1)
        except NotImplementedError as error:
            raise ImageError(f"The file cannot be unpacked; {zips.PACK_PLAINLY}.") from error
        except zips.DAMAGE as error:
            raise ImageError(
                "The file is damaged inside the zip; pack the folder into a new one."
            ) from error


@dataclass(frozen=True)
class ArchiveFolder:
    """A folder in a zip; its files are those of the folder that it was made from.

    Attributes:
        archive: The zip.
        below: The folder's path with a slash at its end; empty for the whole zip.
    """

    archive: Archive
    below: str = ""

    @property
    def name(self) -> str:
        return f"{self.archive.name}/{self.below}".rstrip("/")

    def paths(self) -> Iterator[str]:
        for path in self.archive.paths():
            if path.startswith(self.below):
                yield path.removeprefix(self.below)

    def read(self, path: str) -> bytes:
        return self.archive.read(f"{self.below}{path}")


def open_archive(data: bytes | Path, name: str, split: str = "") -> Dataset:
    """Finds the images of a zip with one folder a class, at its top or in folders around them.

    Args:
        data: The whole zip file, or its path.
        name: What the user calls it.
        split: The path of one of its splits; needed where there are several.

    Raises:
        SplitsError: The zip holds several splits, and none is given.
        DatasetError: The zip cannot be used or does not hold both classes.
    """
    return arrange(Archive(data, name), split)
