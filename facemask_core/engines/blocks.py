"""Batches of files as they go to another process, perhaps on another machine."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from facemask_core.data.datasets import Dataset, Folder, Sample, Source
from facemask_core.errors import EngineError, ImageError
from facemask_core.runs.pinned import WatchedSource


@dataclass(frozen=True)
class MemorySource:
    """Files in memory.

    Attributes:
        name: The name of their source, as the user knows it.
        files: Content by path; for a file that could not be read, the error.
    """

    name: str
    files: Mapping[str, bytes | ImageError]

    def paths(self) -> Iterable[str]:
        return self.files

    def read(self, path: str) -> bytes:
        content = self.files[path]
        if isinstance(content, ImageError):
            raise content
        return content


class MissingFileError(EngineError):
    """A machine lacks a file that the machine of the command has."""


@dataclass(frozen=True)
class SharedFolder(Folder):
    """A folder that is to have the same path on every machine.

    Attributes:
        there: Those of the files that were there when the block was made.
    """

    there: frozenset[str]

    def check(self) -> None:
        """Verifies that they are here, too; they would be listed as files that cannot be read.

        Raises:
            MissingFileError: One is not.
        """
        for path in sorted(self.there):
            if not (self.root / path).is_file():
                raise MissingFileError(
                    f"{socket.gethostname()} does not have {self.root / path}; a folder must have "
                    "the same path on every machine."
                )


def make_block(dataset: Dataset, samples: Sequence[Sample]) -> Dataset:
    """Makes some of a dataset's files readable in another process.

    Files of a folder go by the folder's path, which has to be the same there; those of anything
    else, such as a zip file in memory, by their content.

    Args:
        dataset: The dataset. If its files are watched for changes here, they are there, too.
        samples: Its files that go.
    """
    paths = [sample.path for sample in samples]
    return Dataset(_portable_source(dataset.source, paths), tuple(samples))


def check_present(block: Dataset) -> None:
    """Verifies on the machine of a worker that it has the files of a folder.

    Raises:
        MissingFileError: It lacks one.
    """
    source = block.source
    if isinstance(source, WatchedSource):
        source = source.source
    if isinstance(source, SharedFolder):
        source.check()


def check_unchanged(dataset: Dataset) -> None:
    """Verifies that no file read so far has changed since its hash was taken, if one was.

    Raises:
        DatasetError: One has.
    """
    if isinstance(dataset.source, WatchedSource):
        dataset.source.check()


def _portable_source(source: Source, paths: Sequence[str]) -> Source:
    if isinstance(source, WatchedSource):
        return source.part(_portable_source(source.source, paths), paths)
    if isinstance(source, Folder):
        there = frozenset(path for path in paths if (source.root / path).is_file())
        return SharedFolder(source.root.absolute(), there)
    return MemorySource(source.name, {path: _read(source, path) for path in paths})


def _read(source: Source, path: str) -> bytes | ImageError:
    try:
        return source.read(path)
    except ImageError as error:
        return error
