"""The pictures the lab ships with: rendered portraits of nobody, and one free photograph."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from facemask_core import paths
from facemask_core.errors import DatasetError, ImageError
from facemask_core.labels import WITHOUT_MASK, parse_label

SAMPLES_DIR = paths.SAMPLES
GALLERY_DIR = SAMPLES_DIR / "gallery"
"""The few portraits to choose from on the pages; one folder a class."""
FACES_DIR = SAMPLES_DIR / "faces"
"""A dataset for reports without a download; one folder a class, transparent backgrounds."""
CONFUSERS_DIR = SAMPLES_DIR / "confusers"
"""Masks worn wrongly, and things like a mask; in no dataset, because each is a case of its own."""

TABLE = "portraits.csv"
"""In each folder: what every picture shows, and the seed it was rendered from."""


@dataclass(frozen=True)
class Portrait:
    """One shipped picture.

    Attributes:
        id: Its name in links.
        path: Its file.
        label: The true class, 0 or 1.
        alt: A description for people who cannot see it; says whether it is rendered.
    """

    id: str
    path: Path
    label: int
    alt: str


PHOTOGRAPH = Portrait(
    "astronaut",
    SAMPLES_DIR / "astronaut.png",
    WITHOUT_MASK,
    "Photograph of the astronaut Eileen Collins without a mask (NASA, public domain)",
)


@cache
def gallery() -> tuple[Portrait, ...]:
    """Lists the pictures to choose from, in the order of the pages, the photograph last."""
    return (*read_portraits(GALLERY_DIR), PHOTOGRAPH)


@cache
def faces() -> tuple[Portrait, ...]:
    """Lists the portraits of the offline dataset."""
    return read_portraits(FACES_DIR)


@cache
def confusers() -> tuple[Portrait, ...]:
    """Lists the portraits that a detector easily gets wrong."""
    return read_portraits(CONFUSERS_DIR)


def get(sample_id: str) -> Portrait:
    """Looks up a picture of the gallery or a confuser.

    Raises:
        ImageError: There is none of that name.
    """
    for sample in (*gallery(), *confusers()):
        if sample.id == sample_id:
            return sample
    raise ImageError(f"There is no sample {sample_id!r}; choose one from the gallery.")


def read_portraits(folder: Path) -> tuple[Portrait, ...]:
    """Reads the table of a folder of portraits that `tools/portraits` rendered.

    Raises:
        DatasetError: The folder has no table, or one of something else.
    """
    try:
        with (folder / TABLE).open(encoding="utf-8", newline="") as file:
            return tuple(
                Portrait(row["id"], folder / row["file"], parse_label(row["label"]), row["alt"])
                for row in csv.DictReader(file)
            )
    except (OSError, KeyError, UnicodeDecodeError, csv.Error) as error:
        raise DatasetError(
            f"{str(folder)!r} has no {TABLE} of portraits; give a folder that tools/portraits made."
        ) from error
