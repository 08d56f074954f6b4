"""A dataset that has to stay what it was when its hash was taken."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from facemask_core.datasets import UNREADABLE, Dataset, Source, contents, fingerprint_of
from facemask_core.errors import DatasetError


class Pinned:
    """A source that notices files that have changed.

    A row in the store says what a model makes of a file of a certain hash, for good. A file
    exchanged, or a disk gone, between the hash and the answer must not leave another file's row.
    """

    def __init__(self, dataset: Dataset) -> None:
        """Hashes every file.

        Args:
            dataset: The files.
        """
        self._source: Source = dataset.source
        self._hashes = contents(dataset)
        self._changed: list[str] = []
        self.dataset = Dataset(self, dataset.samples)
        """The same files, watched."""
        self.sha256 = fingerprint_of(dataset, self._hashes)
        """The dataset's fingerprint."""

    @property
    def name(self) -> str:
        return self._source.name

    def paths(self) -> Iterable[str]:
        return self._source.paths()

    def read(self, path: str) -> bytes:
        found = UNREADABLE
        try:
            data = self._source.read(path)
            found = hashlib.sha256(data).hexdigest()
            return data
        finally:
            if found != self._hashes[path]:
                self._changed.append(path)

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
