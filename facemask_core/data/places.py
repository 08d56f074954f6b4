"""A dataset by its path on this machine: a folder, a zip, or a folder in a zip."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable
from pathlib import Path

from facemask_core.data.archives import Archive, ArchiveFolder
from facemask_core.data.clutter import is_clutter
from facemask_core.data.datasets import Dataset, Folder, Sample, Source, arrange, open_folder
from facemask_core.data.layout import SPLITS, parse_split, read_layout, refuse_splits
from facemask_core.errors import DatasetError, ImageError
from facemask_core.labels import LABELS


def find_zip(path: Path) -> Path | None:
    """Finds the zip file that a path names or leads into, as ``faces.zip/test`` does.

    Args:
        path: The path.

    Returns:
        The zip's own path, or None where the path leads into none.
    """
    try:
        file = next((place for place in (path, *path.parents) if place.exists()), path)
        if file.is_file() and (file.suffix.lower() == ".zip" or zipfile.is_zipfile(file)):
            return file
    except OSError:  # a name too long, or a folder above it that may not be entered
        pass
    return None


def open_path(path: Path | str) -> Dataset:
    """Opens the dataset of a folder, a zip, or a folder in a zip.

    Args:
        path: Where it lies. A zip is read without unpacking it.

    Returns:
        The same dataset for a folder and for a zip of it.

    Raises:
        SplitsError: There are several splits.
        DatasetError: There is no such place, or it does not hold both classes.
    """
    return arrange(_find_source(Path(path)))


def open_splits(path: Path | str) -> dict[str, Dataset]:
    """Opens a place of photographs for training as train, val and test.

    One that holds ``train`` is used as it is divided; its splits may have any of their usual
    names, such as ``Training`` or ``valid``. A plain folder-per-class set is divided 80/10/10 by
    the hash of each file's content, so that copies of one photograph stay on one side and the
    division never changes.

    Args:
        path: The folder or zip, or one around it.

    Returns:
        Datasets by split name.

    Raises:
        DatasetError: The place, a split or a class is missing or empty, or two folders may be
            the same split.
    """
    source = _find_source(Path(path))
    layout = read_layout(source.paths())
    around = _enter(source, layout.below)
    names = _assign_splits(around)
    if "train" in names:
        return {split: arrange(_enter(around, names[split])) for split in SPLITS if split in names}
    if names:
        listed = " and ".join(map(repr, names.values()))
        raise DatasetError(f"{str(path)!r} holds {listed} but no train folder; add one.")
    refuse_splits(source.name, layout)
    whole = arrange(source)
    parts: dict[str, list[Sample]] = {split: [] for split in SPLITS}
    for sample in whole.samples:
        parts[_choose_split(whole.source, sample)].append(sample)
    for split, samples in parts.items():
        if {sample.label for sample in samples} != set(range(len(LABELS))):
            raise DatasetError(
                f"{str(path)!r} is too small to divide: its {split} part misses a class; "
                "add pictures or make train, val and test folders."
            )
    return {split: Dataset(whole.source, tuple(samples)) for split, samples in parts.items()}


def _find_source(path: Path) -> Folder | ArchiveFolder:
    file = find_zip(path)
    if file is None:
        return open_folder(path)
    archive = Archive(file, str(file))
    inside = "/".join(path.parts[len(file.parts) :])
    if inside and not any(name.startswith(f"{inside}/") for name in archive.paths()):
        raise DatasetError(
            f"There is no folder {inside!r} in {str(file)!r}; give one with a folder per class."
        )
    return _enter(ArchiveFolder(archive), inside)


def _enter(source: Folder | ArchiveFolder, inside: str) -> Folder | ArchiveFolder:
    """Goes into a folder of a source, whose paths begin there afterwards."""
    if isinstance(source, Folder):
        return Folder(source.root / inside)
    below = f"{source.below}{inside}".rstrip("/")
    return ArchiveFolder(source.archive, f"{below}/" if below else "")


def _assign_splits(source: Folder | ArchiveFolder) -> dict[str, str]:
    """Finds the folder of each split."""
    names: dict[str, str] = {}
    for name in sorted(_list_folders(source)):
        split = None if is_clutter(name) else parse_split(name)
        if split is None:
            continue
        rival = names.setdefault(split, name)
        if name == split:
            names[split] = name  # beside val, a valid or dev is another matter
        elif rival not in (split, name):
            raise DatasetError(
                f"{source.name!r} holds {rival!r} and {name!r}, and both may be its "
                f"{split} split; leave one of them out."
            )
    return names


def _list_folders(source: Folder | ArchiveFolder) -> Iterable[str]:
    """Lists the folders in a source; links to folders count, as the command line is trusted."""
    if isinstance(source, Folder):
        # glob, unlike iterdir, passes over a folder that may not be looked into.
        return [path.name for path in source.root.glob("*") if path.is_dir()]
    return {path.partition("/")[0] for path in source.paths() if "/" in path}


def _choose_split(source: Source, sample: Sample) -> str:
    try:
        content = source.read(sample.path)
    except ImageError:
        return "train"  # it is skipped and listed there
    tenth = hashlib.sha256(content).digest()[0] % 10
    return {0: "val", 1: "test"}.get(tenth, "train")
