"""The pictures the lab ships with: rendered portraits of nobody, and one free photograph."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from facemask_core.errors import ImageError
from facemask_core.labels import parse_label

SAMPLES_DIR = Path(__file__).resolve().parent.parent / "assets" / "samples"
GALLERY_DIR = SAMPLES_DIR / "gallery"
"""One folder a class: also the dataset a report can always be made on."""


@dataclass(frozen=True)
class Portrait:
    """One shipped picture.

    Attributes:
        id: Its name in links.
        path: Its file.
        label: The true class, 0 or 1.
        alt: What it shows, for those who cannot see it; says whether it is rendered.
    """

    id: str
    path: Path
    label: int
    alt: str


@cache
def gallery() -> tuple[Portrait, ...]:
    """Lists the shipped pictures in the order they are shown."""
    with (SAMPLES_DIR / "samples.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Portrait(row["id"], SAMPLES_DIR / row["file"], parse_label(row["label"]), row["alt"])
            for row in csv.DictReader(file)
        )


def rendered() -> tuple[Portrait, ...]:
    """Lists the shipped portraits of nobody: all but the photograph."""
    return tuple(portrait for portrait in gallery() if portrait.id.startswith("portrait"))


def get(sample_id: str) -> Portrait:
    """Looks a shipped picture up.

    Raises:
        ImageError: There is none of that name.
    """
    for sample in gallery():
        if sample.id == sample_id:
            return sample
    raise ImageError(f"There is no sample {sample_id!r}; choose one from the gallery.")
