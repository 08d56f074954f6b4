"""Batches of files as they go to another process, perhaps on another machine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from facemask_core.data.datasets import Dataset, Folder, Sample, Source
from facemask_core.errors import ImageError
from facemask_core.runs.pinned import Watched


@dataclass(frozen=True)
class Loaded:
    """Files in memory.

    Attributes:
        name: What the user calls the place they come from.
        files: Content by path; for a file that could not be read, the error.
    """

    name: str
    files: Mapping[str, bytes | ImageError]

    def paths(self) -> Iterable[str]:
        return self.files

    def read(self, path: str) -> bytes:
        found = self.files[path]
        if isinstance(found, ImageError):
            raise found
        return found


def block(dataset: Dataset, samples: Sequence[Sample]) -> Dataset:
    """Makes some of a dataset's files readable elsewhere.

    Files of a folder go by the folder's path, which has to be the same there; those of anything
    else, such as a zip file in memory, by their content.

    Args:
        dataset: Where they are from. One that is watched is watched there, too.
        samples: The files.
    """
    return Dataset(_elsewhere(dataset.source, [sample.path for sample in samples]), tuple(samples))


def check(dataset: Dataset) -> None:
    """Verifies that no file read so far has changed since its hash was taken, if one was.

    Raises:
        DatasetError: One has.
    """
    if isinstance(dataset.source, Watched):
        dataset.source.check()


def _elsewhere(source: Source, paths: Sequence[str]) -> Source:
    if isinstance(source, Watched):
        return source.part(_elsewhere(source.source, paths), paths)
    if isinstance(source, Folder):
        return Folder(source.root.absolute())
    return Loaded(source.name, {path: _content(source, path) for path in paths})


def _content(source: Source, path: str) -> bytes | ImageError:
    try:
        return source.read(path)
    except ImageError as error:
        return error
