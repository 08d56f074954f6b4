"""How a dataset's folders lie: folders around everything, splits, and the folders of the classes.

Only paths are looked at, so that a zip is understood as the folder that it was made from, and no
file is read.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from facemask_core.data.clutter import is_clutter
from facemask_core.errors import DatasetError, SplitsError
from facemask_core.labels import LABELS, parse_label

SPLITS = ("train", "val", "test")

_SPLIT_NAMES = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validate": "val",
    "validation": "val",
    "dev": "val",
    "development": "val",
    "eval": "val",
    "evaluation": "val",
    "holdout": "test",
    "test": "test",
    "testing": "test",
    "tests": "test",
}


_DEPTH = 16
"""How many folders around a dataset are looked into; a hostile zip could hold thousands."""


@dataclass(frozen=True)
class Layout:
    """Where the folders of a dataset's classes lie.

    Attributes:
        below: Path of the folder around everything, with a slash at its end; empty without one.
        splits: Paths of the splits in that folder, train before val before test, or of several
            folders that may be used alone, each with both classes; empty where the classes lie in
            it.
    """

    below: str
    splits: tuple[str, ...] = ()


def parse_split(name: str) -> str | None:
    """Reads which split a folder is; None for any other folder.

    Args:
        name: The folder's name, such as ``train``, ``Validation``, ``test_set`` or ``2_val``.

    Returns:
        A name out of :data:`SPLITS`.
    """
    plain = re.sub(r"[\W\d_]", "", name.lower())
    for ending in ("", "set", "data", "split", "images"):
        if plain.endswith(ending) and (split := _SPLIT_NAMES.get(plain.removesuffix(ending))):
            return split
    return None


def is_label(name: str) -> bool:
    """Tells whether a folder's name is a spelling of one of the two classes."""
    try:
        parse_label(name)
    except DatasetError:
        return False
    return True


def read_layout(paths: Iterable[str], start: str = "", *, whole: bool = False) -> Layout:
    """Finds the folder that holds the splits or the classes.

    As long as one single folder holds everything, it is looked into, as file managers, Kaggle and
    GitHub pack a dataset. Loose files beside it, such as a README, do not count.

    Args:
        paths: The paths of all files, with forward slashes.
        start: Path with a slash at its end; only files below it are looked at.
        whole: Whether a split that holds everything is looked into as well: there is nothing to
            choose then.
    """
    files = [path for path in paths if path.startswith(start) and not is_clutter(path)]
    below = start
    for _ in range(_DEPTH):
        files = [path for path in files if path.find("/", len(below)) >= 0]
        names = {path[len(below) : path.index("/", len(below))] for path in files}
        if any(map(is_label, names)) and not (len(names) == 1 and _hold_both(files, below)):
            break
        splits = {name: split for name in names if (split := parse_split(name)) is not None}
        if splits and not (whole and len(names) == 1):
            order = sorted(splits, key=lambda name: (SPLITS.index(splits[name]), name))
            return Layout(below, tuple(f"{below}{name}" for name in order))
        if len(names) > 1:
            return Layout(below, _list_datasets(files, below))
        inner = f"{below}{min(names, default='')}/"
        if not names or all(path.find("/", len(inner)) < 0 for path in files):
            break
        below = inner
    return Layout(below)


def _list_datasets(files: Iterable[str], below: str) -> tuple[str, ...]:
    """Lists the folders, of several beside each other, that hold the folders of both classes."""
    labels: dict[str, set[int]] = {}
    for path in files:
        name, *inner = path[len(below) :].split("/", 2)
        if len(inner) == 2 and is_label(inner[0]):
            labels.setdefault(name, set()).add(parse_label(inner[0]))
    return tuple(f"{below}{name}" for name in sorted(labels) if len(labels[name]) == len(LABELS))


def _hold_both(files: Iterable[str], below: str) -> bool:
    """Tells whether both classes lie in a folder that is itself named as one, as in FaceMask/."""
    parts = {part for path in files for part in path[len(below) :].split("/", 4)[1:-1]}
    return {parse_label(part) for part in parts if is_label(part)} == set(range(len(LABELS)))


def refuse_splits(name: str, layout: Layout) -> None:
    """Refuses a dataset of several parts, and names those that can be given in its place.

    Args:
        name: What the user calls the dataset.
        layout: How its folders lie.

    Raises:
        SplitsError: It has splits, or several folders with both classes.
    """
    if not layout.splits:
        return
    *rest, last = map(repr, layout.splits)
    kind = (
        "split" if all(parse_split(path.rpartition("/")[2]) for path in layout.splits) else "folder"
    )
    names = f"{kind}s {', '.join(rest)} and {last}" if rest else f"{kind} {last}"
    place = f"{name.rstrip('/')}/{layout.splits[-1]}"
    raise SplitsError(
        f"{name!r} holds the {names}; give one alone, such as {place!r}.", layout.splits
    )


def refuse_unknown_folder(name: str, folders: Collection[str]) -> None:
    """Refuses a folder that is no class, with advice that gives no picture a wrong class.

    Args:
        name: What the user calls the dataset.
        folders: Names of the folders in which pictures lie.

    Raises:
        DatasetError: One is no class.
    """
    unknown = next((folder for folder in sorted(folders) if not is_label(folder)), None)
    if unknown is None:
        return
    labels = {parse_label(folder) for folder in folders if is_label(folder)}
    if labels and parse_split(unknown) is not None:
        advice = "leave that folder out, or give it alone"
    elif len(labels) == len(LABELS):
        advice = "leave that folder out"
    else:  # it may be the missing class in another language, or something else altogether
        advice = "give the folders of the two classes these names, and leave any other folder out"
    raise DatasetError(
        f"{name!r} holds the folder {unknown!r}, which is neither with_mask nor without_mask; "
        f"{advice}."
    )
