"""A dataset's readable photographs, batch by batch, with progress."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NoReturn

from facemask_core.data import datasets
from facemask_core.errors import DatasetError

Progress = Callable[[int, int], None]
"""Called with how many files are done and how many there are."""


def read_photographs(
    dataset: datasets.Dataset,
    batch_size: int,
    prepare: datasets.Prepare,
    progress: Progress,
) -> Iterator[datasets.Batch]:
    """Reads a dataset batch by batch; a batch may hold nothing but skipped files.

    Args:
        dataset: What to read.
        batch_size: Files a batch.
        prepare: Maps a decoded image to the model's 224 px square.
        progress: Called after every batch.

    Raises:
        DatasetError: No file of the dataset can be read; raised at the end.
    """
    usable, skipped = False, list[datasets.SkippedFile]()
    for batch in read_batches(dataset, batch_size, prepare, progress):
        usable = usable or bool(batch.paths)
        skipped += batch.skipped[: 1 - len(skipped)]  # the first is enough to say what is wrong
        yield batch
    if not usable:
        refuse_unreadable(skipped, len(dataset))


def read_batches(
    dataset: datasets.Dataset,
    batch_size: int,
    prepare: datasets.Prepare,
    progress: Progress,
    *,
    start: int = 0,
) -> Iterator[datasets.Batch]:
    """Reads a dataset from any of its files on, batch by batch.

    Unlike :func:`read_photographs` it accepts batches without a single readable file: the caller
    knows what the files before held.

    Args:
        dataset: What to read.
        batch_size: Files a batch.
        prepare: Maps a decoded image to the model's 224 px square.
        progress: Called after every batch.
        start: How many files to skip. Where it is a multiple of the batch size, the batches
            are the same as from the beginning.
    """
    rest = datasets.Dataset(dataset.source, dataset.samples[start:])
    done = start
    for batch in datasets.stream(rest, batch_size, prepare):
        yield batch
        done += len(batch.paths) + len(batch.skipped)
        progress(done, len(dataset))


def refuse_unreadable(skipped: Sequence[datasets.SkippedFile], count: int) -> NoReturn:
    """Refuses a dataset of which nothing can be used.

    Args:
        skipped: The files left out, at least the first.
        count: How many files there are.

    Raises:
        DatasetError: Always.
    """
    raise DatasetError(
        f"None of the {count} files could be read as a picture; "
        f"the first: {skipped[0].path}: {skipped[0].reason}"
    )
