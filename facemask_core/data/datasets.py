"""Datasets of photographs, a folder for each class: their files, their hash, and their batches."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from facemask_core.data.clutter import is_clutter
from facemask_core.data.layout import read_layout, refuse_splits, refuse_unknown_folder
from facemask_core.errors import DatasetError, FacemaskError, ImageError
from facemask_core.labels import LABELS, parse_label
from facemask_core.pictures import images

_READERS = 4
"""Decoding threads; Pillow releases the interpreter lock, and a few keep two to four cores busy."""

UNREADABLE = "unreadable"
"""Stands for the hash of a file that cannot be opened."""

Prepare = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]


class Source(Protocol):
    """Where a dataset's files lie."""

    @property
    def name(self) -> str:
        """What the user calls it."""

    def paths(self) -> Iterable[str]:
        """Lists all files, relative, with forward slashes on every system."""

    def read(self, path: str) -> bytes:
        """Returns one file's content; raises ImageError when it cannot be used."""


@dataclass(frozen=True)
class Sample:
    """One file, by its path below the dataset's root, and its true class."""

    path: str
    label: int


@dataclass(frozen=True)
class SkippedFile:
    """A file that could not be used, and why."""

    path: str
    reason: str


@dataclass(frozen=True)
class Batch:
    """Decoded images of one batch and the files left out of it.

    Attributes:
        images: uint8 array of shape (n, 224, 224, 3).
        labels: int64 array of shape (n,).
        paths: The n files' paths, relative to the dataset's root.
        skipped: Files of this batch that could not be read.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    paths: tuple[str, ...]
    skipped: tuple[SkippedFile, ...]


@dataclass(frozen=True)
class Dataset:
    """Files of both classes in one place, in a fixed order."""

    source: Source
    samples: tuple[Sample, ...] = field(repr=False)

    def __len__(self) -> int:
        return len(self.samples)

    def counts(self) -> dict[str, int]:
        """Counts the files of each class."""
        labels = [sample.label for sample in self.samples]
        return {name: labels.count(label) for label, name in enumerate(LABELS)}

    def take(self, limit: int) -> Dataset:
        """Takes the first files of each class in turn, so that both stay represented.

        Args:
            limit: How many files to keep, at least 1.

        Raises:
            DatasetError: The limit is below 1.
        """
        if limit < 1:
            raise DatasetError(f"The limit is {limit}; take at least 1 image.")
        ranks = dict.fromkeys(range(len(LABELS)), 0)
        order = []
        for sample in self.samples:
            order.append((ranks[sample.label], sample.label, sample))
            ranks[sample.label] += 1
        order.sort(key=lambda entry: entry[:2])
        return Dataset(self.source, tuple(sample for _, _, sample in order[:limit]))


@dataclass(frozen=True)
class Folder:
    """A folder on this machine."""

    root: Path

    @property
    def name(self) -> str:
        return str(self.root)

    def paths(self) -> Iterator[str]:
        for path in self.root.rglob("*"):
            # Links that lead nowhere, or to folders, which are not walked into, are listed too.
            if path.is_symlink() or not path.is_dir():
                yield path.relative_to(self.root).as_posix()

    def read(self, path: str) -> bytes:
        file = self.root / path
        try:
            if file.is_dir():
                raise ImageError("The file cannot be read: it is a directory, or a link to one.")
            if not file.is_file():  # devices and pipes may never end
                raise ImageError("The file cannot be read: there is no plain file of that name.")
            if file.stat().st_size > images.MAX_BYTES:
                raise ImageError("The file is over 20 MB; save the picture smaller and try again.")
            return file.read_bytes()
        except OSError as error:
            raise ImageError(f"The file cannot be read: {error.strerror or error}.") from error


def open_dataset(root: Path | str) -> Dataset:
    """Finds the images of a folder with one subfolder a class.

    Args:
        root: The folder; its subfolders' names may be any spelling of the two classes. They may
            lie deeper, in folders that each hold everything.

    Returns:
        The dataset, in the order of the sorted relative paths.

    Raises:
        SplitsError: The folder holds several splits.
        DatasetError: The folder is missing, a subfolder is no known class, or a class is empty.
    """
    return arrange(open_folder(root))


def open_folder(root: Path | str) -> Folder:
    """Opens a folder on this machine, whatever lies in it.

    Raises:
        DatasetError: There is none of that name.
    """
    root = Path(root)
    try:
        if root.is_dir():
            return Folder(root)
        is_file = root.exists()
    except OSError as error:  # a name too long, or a folder above it that may not be entered
        raise DatasetError(f"{str(root)!r} cannot be read: {error.strerror or error}.") from error
    if is_file:
        raise DatasetError(
            f"{str(root)!r} is a file; unpack it if it is an archive, and give the folder that has "
            "one folder per class."
        )
    raise DatasetError(f"There is no folder {str(root)!r}; give one with a folder per class.")


def arrange(source: Source, split: str = "") -> Dataset:
    """Sorts a source's files into the two classes by the name of the folder they lie in.

    Hidden files and what other software leaves behind are passed over; every other file counts as
    an image, so that one that cannot be read is reported later rather than dropped in silence.
    Files outside any class folder, such as a README, are not part of the dataset.

    Args:
        source: Where the files lie.
        split: Path of the split whose files are read; empty where there is one dataset alone.

    Raises:
        SplitsError: There are several splits, and none is given.
        DatasetError: A folder is no known class, or a class is empty.
    """
    paths = sorted(source.paths())
    layout = read_layout(paths, f"{split}/" if split else "", whole=True)
    refuse_splits(source.name, layout)
    folders: dict[str, list[str]] = {}
    for path in paths:
        folder, slash, _ = path[len(layout.below) :].partition("/")
        if path.startswith(layout.below) and slash and not is_clutter(path):
            folders.setdefault(folder, []).append(path)
    refuse_unknown_folder(source.name, folders)
    samples = [
        Sample(path, parse_label(folder)) for folder, files in folders.items() for path in files
    ]
    _refuse_missing_class(source, samples)
    return Dataset(source, tuple(sorted(samples, key=lambda sample: sample.path)))


def _refuse_missing_class(source: Source, samples: list[Sample]) -> None:
    for label, name in enumerate(LABELS):
        if not any(sample.label == label for sample in samples):
            raise DatasetError(
                f"{source.name!r} has no images of the class {name}; it needs one folder for "
                "with_mask and one for without_mask, each with pictures in it."
            )


def fingerprint(dataset: Dataset) -> str:
    """Hashes the dataset: every file's relative path, class and content.

    Args:
        dataset: The dataset; files that cannot be opened enter with their name alone.

    Returns:
        A sha256 in hexadecimal, the same on every machine that has the same files.
    """
    return combine_hashes(dataset, hash_files(dataset))


def hash_files(dataset: Dataset) -> dict[str, str]:
    """Hashes every file, by its path; :data:`UNREADABLE` stands for one that cannot be opened."""

    def hash_file(sample: Sample) -> str:
        try:
            return hashlib.sha256(dataset.source.read(sample.path)).hexdigest()
        except ImageError:
            return UNREADABLE

    with ThreadPoolExecutor(_READERS) as pool:
        hashes = pool.map(hash_file, dataset.samples)
        return {sample.path: sha for sample, sha in zip(dataset.samples, hashes, strict=True)}


def combine_hashes(dataset: Dataset, hashes: Mapping[str, str]) -> str:
    """Computes a dataset's fingerprint from the hashes of its files.

    Args:
        dataset: The dataset.
        hashes: The files' hashes, as :func:`hash_files` returns them.
    """
    total = hashlib.sha256()
    for sample in sorted(dataset.samples, key=lambda sample: sample.path):
        text = f"{sample.path}\t{LABELS[sample.label]}\t{hashes[sample.path]}\n"
        total.update(text.encode("utf-8", "surrogateescape"))
    return total.hexdigest()


def stream(dataset: Dataset, batch_size: int, prepare: Prepare = images.resize) -> Iterator[Batch]:
    """Decodes the dataset batch by batch; at most two batches are in memory at a time.

    Args:
        dataset: What to read.
        batch_size: Files a batch, at least 1.
        prepare: Maps a decoded (height, width, 3) uint8 image to (224, 224, 3) uint8.

    Yields:
        One batch after another, in the dataset's order; unreadable files are listed, not fatal.
    """

    def read(sample: Sample) -> NDArray[np.uint8] | SkippedFile:
        try:
            return prepare(images.decode(dataset.source.read(sample.path)))
        except FacemaskError as error:
            return SkippedFile(sample.path, str(error))

    with ThreadPoolExecutor(_READERS) as pool:
        ahead: list | None = None
        for start in range(0, len(dataset), batch_size):
            samples = dataset.samples[start : start + batch_size]
            pending = [(sample, pool.submit(read, sample)) for sample in samples]
            if ahead is not None:
                yield _collect(ahead)
            ahead = pending
        if ahead is not None:
            yield _collect(ahead)


def _collect(pending: list) -> Batch:
    pixels, labels, paths, skipped = [], [], [], []
    for sample, future in pending:
        result = future.result()
        if isinstance(result, SkippedFile):
            skipped.append(result)
            continue
        pixels.append(result)
        labels.append(sample.label)
        paths.append(sample.path)
    size = images.INPUT_SIZE
    stacked = np.stack(pixels) if pixels else np.empty((0, size, size, 3), np.uint8)
    return Batch(stacked, np.array(labels, np.int64), tuple(paths), tuple(skipped))
