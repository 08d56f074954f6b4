"""Datasets whose files must not change while a run reads them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from facemask_core.data.datasets import UNREADABLE, Dataset, Source, combine_hashes, hash_files
from facemask_core.errors import DatasetError


class WatchedSource:
    """A source that notices when a file has changed since its hash was taken.

    A stored row is about a file with a certain hash, for good. Where a file is exchanged, or a disk
    goes, between hashing and reading, the store must not keep another file's row for it.
    """

    def __init__(self, source: Source, hashes: Mapping[str, str]) -> None:
        """Watches a source's files.

        Args:
            source: The source.
            hashes: The files' SHA-256 by path, from
                :func:`~facemask_core.data.datasets.hash_files`.
        """
        self.source = source
        self._hashes = hashes
        self._changed: list[str] = []

    @property
    def name(self) -> str:
        return self.source.name

    def paths(self) -> Iterable[str]:
        return self.source.paths()

    def read(self, path: str) -> bytes:
        sha256 = UNREADABLE
        try:
            data = self.source.read(path)
            sha256 = hashlib.sha256(data).hexdigest()
            return data
        finally:
            if sha256 != self._hashes[path]:
                self._changed.append(path)

    def part(self, source: Source, paths: Iterable[str]) -> WatchedSource:
        """Watches some of the files in another source, against the same hashes.

        Args:
            source: The other source.
            paths: The files.
        """
        return WatchedSource(source, {path: self._hashes[path] for path in paths})

    def check(self) -> None:
        """Verifies that no file read so far has changed since its hash was taken.

        Raises:
            DatasetError: One has.
        """
        if self._changed:
            raise DatasetError(
                f"{self._changed[0]} changed while the dataset was being read; try again "
                "once its files stay as they are."
            )


class PinnedDataset:
    """A dataset with its hash, whose files are watched for changes."""

    def __init__(self, dataset: Dataset) -> None:
        """Hashes every file of a dataset.

        Args:
            dataset: The dataset.
        """
        hashes = hash_files(dataset)
        self._watched = WatchedSource(dataset.source, hashes)
        self.dataset = Dataset(self._watched, dataset.samples)
        """The same files, watched for changes."""
        self.sha256 = combine_hashes(dataset, hashes)
        """The dataset's fingerprint."""

    def check(self) -> None:
        """As :meth:`WatchedSource.check`."""
        self._watched.check()
