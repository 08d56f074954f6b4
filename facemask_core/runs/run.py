"""One run in the store: reads its batches, and appends further ones."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from facemask_core.data.datasets import Sample
from facemask_core.errors import DamagedStoreError, RunStoreError
from facemask_core.runs import records, schema
from facemask_core.runs.question import Question
from facemask_core.runs.records import Batch, Image
from facemask_core.runs.rows import Rows
from facemask_core.storage import sqlite_file

_BATCHES = f"SELECT {', '.join(Batch._fields)}, sha256 FROM batches WHERE run = ? ORDER BY first"  # noqa: S608
_TEXTS = {"path", "skipped", "corrupted", "felled_by"}
_IMAGES = (
    f"SELECT {', '.join(Image._fields)} FROM images "  # noqa: S608
    "WHERE run = ? AND position >= ? AND position < ? ORDER BY position"
)


class Run:
    """The rows of one question that are stored so far: those of the dataset's first files."""

    def __init__(self, connection: sqlite3.Connection, path: Path, question: Question) -> None:
        """Opens a run and verifies it.

        Args:
            connection: The store's.
            path: The store's file, for messages.
            question: Its question; a run without rows is not stored yet.

        Raises:
            DamagedStoreError: The store does not hold what was written.
        """
        self.question = question
        self._connection = connection
        self._path = path
        self.done = 0
        """How many files are stored; always whole batches."""
        with schema.speaking(path), sqlite_file.snapshot(connection):
            self._id = self._find()
            for batch, _ in self._batches():
                self.done += batch.files
            self._refuse_surplus()

    @property
    def complete(self) -> bool:
        """Whether every file is stored."""
        return self.done == self.question.files

    def append(self, samples: Sequence[Sample], rows: Rows) -> None:
        """Stores a batch, whole or not at all.

        Args:
            samples: The files that come next, in the dataset's order.
            rows: Their rows.

        Raises:
            DamagedStoreError: They are stored already.
            RunStoreError: They cannot be stored.
        """
        batch, images = records.to_records(samples, rows, self.done)
        checksum = records.checksum(batch, images)
        with schema.speaking(self._path), sqlite_file.transaction(self._connection):
            run = self._begin() if self._id is None else self._id
            self._connection.execute(
                _insertion("batches", (*Batch._fields, "sha256")), (run, *batch, checksum)
            )
            self._connection.executemany(
                _insertion("images", Image._fields), ((run, *_values(image)) for image in images)
            )
        self._id = run
        self.done += len(samples)

    def rows(self) -> list[Rows]:
        """Reads the rows of a complete run, batch by batch.

        Raises:
            DamagedStoreError: The store does not hold what was written.
            RunStoreError: The run is not complete; another process may have deleted it meanwhile.
        """
        files, parts = 0, []
        with schema.speaking(self._path), sqlite_file.snapshot(self._connection):
            self._id = self._find()  # the number may be another run's by now
            for batch, images in self._batches():
                files += batch.files
                parts.append(records.to_rows(batch, images, self.question.kind))
        if files < self.question.files:
            raise RunStoreError(
                "Not all answers of this run are in the store: it was deleted meanwhile, or never "
                "completed; ask for the same again."
            )
        return parts

    def _find(self) -> int | None:
        row = self._connection.execute(
            "SELECT id, question FROM runs WHERE sha256 = ?", (self.question.sha256,)
        ).fetchone()
        if row is None:
            return None
        number, text = row
        if text != self.question.text:
            raise self._damage("a question is not the one that was asked")
        if not isinstance(number, int):  # a changed table may have lost its key
            raise self._damage("a run has no number")
        return number

    def _begin(self) -> int | None:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        return self._connection.execute(
            "INSERT INTO runs (sha256, question, started) VALUES (?, ?, ?)",
            (self.question.sha256, self.question.text, now),
        ).lastrowid

    def _batches(self) -> Iterator[tuple[Batch, list[Image]]]:
        """Reads and verifies one batch after another; no more than one is in memory."""
        expected = 0
        stored = self._connection.execute(_BATCHES, (self._id,)).fetchall()
        for *columns, checksum in stored:
            batch = Batch(*columns)
            place = (self._id, batch.first, batch.first + batch.files)
            images = [Image(*row) for row in self._connection.execute(_IMAGES, place)]
            if batch.first != expected or not _is_intact(checksum, batch, images):
                raise self._damage("rows are not those that were written")
            yield batch, images
            expected += batch.files

    def _refuse_surplus(self) -> None:
        """Refuses rows that belong to no batch, or to more files than the dataset has."""
        (count,) = self._connection.execute(
            "SELECT count(*) FROM images WHERE run = ?", (self._id,)
        ).fetchone()
        if count != self.done or self.done > self.question.files:
            raise self._damage("there are rows of no batch")

    def _damage(self, what: str) -> DamagedStoreError:
        return DamagedStoreError(f"The run store {self._path} is damaged: {what}.")


def _values(image: Image) -> list[object]:
    """A file's columns, with its name in the file system's own bytes."""
    return [
        value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value
        for value in image
    ]


def _insertion(table: str, columns: Sequence[str]) -> str:
    """A statement; names need not be Unicode, and SQLite takes such text as bytes only."""
    values = ", ".join("CAST(? AS TEXT)" if column in _TEXTS else "?" for column in columns)
    return f"INSERT INTO {table} (run, {', '.join(columns)}) VALUES (?, {values})"  # noqa: S608


def _is_intact(checksum: object, batch: Batch, images: Sequence[Image]) -> bool:
    try:
        return checksum == records.checksum(batch, images)
    except TypeError:  # a byte's change has made a number of a text, or bytes of a number
        return False
