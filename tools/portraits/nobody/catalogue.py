"""Where portraits lie, and the table that says what each one shows."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable
from pathlib import Path

from PIL import Image

from nobody.alt_text import alt_text, hair_colour_words
from nobody.traits import Hair, Kind, Traits

TABLE = "portraits.csv"

COLUMNS = (
    "id",
    "file",
    "label",
    "seed",
    "mask",
    "mask_colour",
    "mask_pattern",
    "worn",
    "confuser",
    "monk_tone",
    "age_group",
    "hair",
    "hair_colour",
    "glasses",
    "beard",
    "headwear",
    "expression",
    "turn_degrees",
    "light",
    "alt",
)

WEBP = {
    Kind.GALLERY: {"quality": 92, "method": 6},
    Kind.FACES: {"quality": 82, "alpha_quality": 80, "method": 6},
    Kind.CONFUSERS: {"quality": 82, "alpha_quality": 80, "method": 6},
}
"""How pictures are packed: the gallery is looked at closely, all else only has to look real."""


_NAMES = {Kind.GALLERY: "portrait", Kind.FACES: "face", Kind.CONFUSERS: "confuser"}
"""What one picture of a kind is called in the lab's links."""


def file_of(traits: Traits) -> Path:
    """Where a portrait lies in its folder: one folder a class."""
    return Path(traits.label) / f"{traits.seed:04d}.webp"


def save(picture: Image.Image, path: Path, kind: Kind) -> None:
    """Writes a picture so that a killed run leaves no half a file."""
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", **WEBP[kind])
    _write_atomically(path, buffer.getvalue())


def write_table(folder: Path, portraits: Iterable[Traits]) -> None:
    """Writes the table of those portraits whose files exist."""
    buffer = io.StringIO()
    table = csv.DictWriter(buffer, COLUMNS, lineterminator="\n")
    table.writeheader()
    for traits in portraits:
        if (folder / file_of(traits)).exists():
            table.writerow(_row(traits))
    _write_atomically(folder / TABLE, buffer.getvalue().encode())


def _row(traits: Traits) -> dict[str, str | int]:
    return {
        "id": f"{_NAMES[traits.kind]}-{traits.seed:02d}",
        "file": file_of(traits).as_posix(),
        "label": traits.label,
        "seed": traits.seed,
        "mask": traits.mask.value,
        "mask_colour": traits.mask_colour,
        "mask_pattern": traits.mask_pattern.value,
        "worn": traits.worn.value if traits.mask else "",
        "confuser": traits.confuser.value,
        "monk_tone": traits.monk_tone,
        "age_group": traits.age_group,
        "hair": "" if traits.hair is Hair.COVERED else traits.hair.name.lower().replace("_", " "),
        "hair_colour": "" if traits.hair in _NO_HAIR else hair_colour_words(traits),
        "glasses": traits.glasses.value,
        "beard": traits.beard.value,
        "headwear": traits.headwear.value,
        "expression": traits.expression.value,
        "turn_degrees": round(traits.pose.turn * 57.2958),
        "light": traits.light.value,
        "alt": alt_text(traits),
    }


_NO_HAIR = (Hair.COVERED, Hair.SHAVED)


def _write_atomically(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.write_bytes(data)
    unfinished.replace(path)
