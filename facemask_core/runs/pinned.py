"""A dataset that has to stay what it was when its hash was taken."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from facemask_core.data.datasets import UNREADABLE, Dataset, Source, combine_hashes, hash_files
from facemask_core.errors import DatasetError


class Watched:
    """A source that notices files that have changed.

    A row in the store says what a model makes of a file of a certain hash, for good. A file
    exchanged, or a disk gone, between the hash and the answer must not leave another file's row.
    """

    def __init__(self, source: Source, hashes: Mapping[str, str]) -> None:
        """Watches files.

        Args:
            source: Where they lie.
            hashes: Their hashes, as :func:`~facemask_core.data.datasets.hash_files` returns.
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
        found = UNREADABLE
        try:
            data = self.source.read(path)
            found = hashlib.sha256(data).hexdigest()
            return data
        finally:
            if found != self._hashes[path]:
                self._changed.append(path)

    def part(self, source: Source, paths: Iterable[str]) -> Watched:
        """Watches some of the files in another place, against the same hashes.

        Args:
            source: Where they lie.
            paths: Which.
        """
        return Watched(source, {path: self._hashes[path] for path in paths})

    def check(self) -> None:
        """Verifies that every file read so far was the one that was hashed.

        Raises:
            DatasetError: One was another.
        """
        if self._changed:
            raise DatasetError(
                f"{self._changed[0]} changed while the dataset was being read; run the command "
                "again once its files stay as they are."
            )


class Pinned:
    """A dataset with its hash, watched from then on."""

    def __init__(self, dataset: Dataset) -> None:
        """Hashes every file.

        Args:
            dataset: The files.
        """
        hashes = hash_files(dataset)
        self._watched = Watched(dataset.source, hashes)
        self.dataset = Dataset(self._watched, dataset.samples)
        """The same files, watched."""
        self.sha256 = combine_hashes(dataset, hashes)
        """The dataset's fingerprint."""

    def check(self) -> None:
        """As :meth:`Watched.check`."""
        self._watched.check()
