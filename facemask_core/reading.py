"""A dataset's readable photographs, batch by batch, with progress."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from facemask_core import datasets
from facemask_core.errors import DatasetError

Progress = Callable[[int, int], None]
"""Called with how many files are done and how many there are."""


def photographs(
    dataset: datasets.Dataset,
    batch_size: int,
    prepare: datasets.Prepare,
    progress: Progress,
) -> Iterator[datasets.Batch]:
    """Streams a dataset; a batch may hold nothing but skipped files.

    Args:
        dataset: What to read.
        batch_size: Files a batch.
        prepare: Maps a decoded image to the model's 224 px square.
        progress: Told after every batch has been dealt with.

    Raises:
        DatasetError: No file of the dataset can be read; raised at the end.
    """
    done, usable, skipped = 0, False, list[datasets.Skipped]()
    for batch in datasets.stream(dataset, batch_size, prepare):
        usable = usable or bool(batch.paths)
        skipped += batch.skipped[: 1 - len(skipped)]  # the first is enough to say what is wrong
        yield batch
        done += len(batch.paths) + len(batch.skipped)
        progress(done, len(dataset))
    if not usable:
        raise DatasetError(
            f"None of the {len(dataset)} files could be read as a picture; "
            f"the first: {skipped[0].path}: {skipped[0].reason}"
        )
