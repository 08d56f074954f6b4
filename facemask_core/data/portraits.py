"""Datasets of any size from the shipped portraits, the same bytes for the same seed.

They show how the lab copes with many pictures, such as the paper's 20,347. All are variations of a
few rendered people, so an accuracy measured on them says nothing about photographs.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from facemask_core.data import samples
from facemask_core.data.samples import Portrait
from facemask_core.errors import DatasetError
from facemask_core.labels import LABELS
from facemask_core.pictures import images
from facemask_core.pictures.images import INPUT_SIZE

TABLE, STATEMENT = "portraits.csv", "portraits.json"
MAX_COUNT = 1_000_000
Progress = Callable[[int, int], None]

_Picture = NDArray[np.float32]
"""float32 (h, w, 3), levels from 0 to 255."""


def write(
    folder: Path,
    count: int,
    seed: int = 0,
    faces: Path = samples.FACES_DIR,
    progress: Progress = lambda *_: None,
) -> None:
    """Writes a dataset, a folder a class, the classes in turn, with a table of the portraits.

    The picture of a number depends on the seed and that number alone. Files that exist stay,
    so that the same call goes on after a kill, and a larger count adds to a smaller one.

    Args:
        folder: An empty or new one, or one begun with the same seed.
        count: How many pictures, from 1 to 1,000,000.
        seed: Seed of all randomness, from 0.
        faces: Folder of portraits with their table; those that ship with the lab if not given.
            Others are for training, so that the shipped ones stay unseen.
        progress: Called after every picture with (pictures there are, pictures there will be).

    Raises:
        DatasetError: A number is out of range, something else is in the folder, or the portraits
            cannot be used.
        OSError: The folder cannot be written.
    """
    if not 1 <= count <= MAX_COUNT:
        raise DatasetError(f"From 1 to {MAX_COUNT} portraits can be made; {count} were asked for.")
    if seed < 0:
        raise DatasetError(f"The seed must be a whole number from 0; it is {seed}.")
    sources = samples.read_portraits(faces)
    _refuse_missing_class(faces, sources)
    _claim(folder, {"seed": seed, "sources_sha256": _fingerprint(sources)})
    rows = []
    for number in range(count):
        source, rng = _choose_source(sources, seed, number)
        path = Path(LABELS[source.label]) / f"{number:06d}.jpg"
        if not (folder / path).exists():
            _write(folder / path, vary(source, rng))
        rows.append((path.as_posix(), LABELS[source.label], source.id))
        progress(number + 1, count)
    table = io.StringIO()
    csv.writer(table, lineterminator="\n").writerows([("file", "label", "portrait"), *rows])
    _write(folder / TABLE, table.getvalue().encode())


def _refuse_missing_class(faces: Path, sources: Sequence[Portrait]) -> None:
    if {source.label for source in sources} != set(range(len(LABELS))):
        raise DatasetError(f"{str(faces)!r} needs portraits of both classes; it has not.")


def vary(source: Portrait, rng: np.random.Generator) -> bytes:
    """Makes a new picture of a portrait: another crop, background, light, sharpness and grain.

    Args:
        source: The portrait; where it is transparent, a new background is put behind it.
        rng: The source of all randomness.

    Returns:
        A JPEG file of 224 px a side.
    """
    picture = _crop(_read_picture(source.path), rng)
    if rng.random() < 0.5:
        picture = picture[:, ::-1]
    picture = _put_background(picture[..., :3], picture[..., 3:] / np.float32(255), rng)
    picture = _light(picture, rng)
    if rng.random() < 0.5:
        picture = cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.3, 1.2)))
    grain = rng.standard_normal(picture.shape, np.float32) * np.float32(rng.uniform(0, 7))
    pixels = np.clip(np.rint(picture + grain), 0, 255).astype(np.uint8)
    return images.encode_jpeg(pixels, int(rng.integers(50, 96)))


def _choose_source(
    sources: Sequence[Portrait], seed: int, number: int
) -> tuple[Portrait, np.random.Generator]:
    rng = np.random.default_rng([seed, number])
    candidates = [source for source in sources if source.label == number % len(LABELS)]
    return candidates[int(rng.integers(len(candidates)))], rng


@lru_cache(maxsize=64)
def _read_picture(path: Path) -> NDArray[np.uint8]:
    """Reads a shipped picture with its transparency, uint8 (h, w, 4)."""
    with Image.open(path) as picture:
        return np.array(picture.convert("RGBA"))


def _crop(picture: NDArray[np.uint8], rng: np.random.Generator) -> _Picture:
    """Crops a square, at least seven tenths of the picture, and scales it to the model's size."""
    whole = min(picture.shape[:2])
    side = round(whole * float(rng.uniform(0.7, 1.0)))
    top = int(rng.integers(picture.shape[0] - side + 1))
    left = int(rng.integers(picture.shape[1] - side + 1))
    square = picture[top : top + side, left : left + side]
    size = (INPUT_SIZE, INPUT_SIZE)
    return cv2.resize(square, size, interpolation=cv2.INTER_AREA).astype(np.float32)


def _put_background(colours: _Picture, cover: _Picture, rng: np.random.Generator) -> _Picture:
    """Puts soft patches of colour behind what is transparent."""
    patches = rng.uniform(20, 235, (4, 4, 3)).astype(np.float32)
    if cover.min() == 1:
        return colours
    behind = cv2.resize(patches, (INPUT_SIZE, INPUT_SIZE), interpolation=cv2.INTER_CUBIC)
    return colours * cover + behind * (1 - cover)


def _light(picture: _Picture, rng: np.random.Generator) -> _Picture:
    """Changes exposure, contrast and colour of the light, and makes one side brighter."""
    exposure, gamma = rng.uniform(0.75, 1.25), rng.uniform(0.8, 1.25)
    cast = rng.uniform(0.9, 1.1, 3)
    angle, strength = rng.uniform(0, 2 * np.pi), rng.uniform(0, 0.3)
    way = np.linspace(-1, 1, INPUT_SIZE, dtype=np.float32)
    slope = np.cos(angle) * way[None, :] + np.sin(angle) * way[:, None]
    levels = 255 * (np.arange(256, dtype=np.float32) / 255) ** np.float32(gamma)
    tones = cv2.LUT(np.clip(picture, 0, 255).astype(np.uint8), levels)
    gain = (1 + strength * slope[..., None]) * (exposure * cast)
    return np.asarray(tones * gain.astype(np.float32))


def _fingerprint(sources: Sequence[Portrait]) -> str:
    digest = hashlib.sha256()
    for source in sources:
        digest.update(source.path.read_bytes())
    return digest.hexdigest()


def _claim(folder: Path, statement: dict[str, object]) -> None:
    """Makes sure that a folder holds nothing, or the beginning of this very dataset."""
    file, text = folder / STATEMENT, json.dumps(statement, indent=1)
    folder.mkdir(parents=True, exist_ok=True)
    if not any(folder.iterdir()):
        _write(file, text.encode())
    same = file.is_file() and file.read_bytes() == text.encode()
    if not same:
        raise DatasetError(
            f"{folder} holds something else; choose an empty folder, or the seed it was begun with."
        )
    for label in LABELS:
        (folder / label).mkdir(exist_ok=True)


def _write(path: Path, data: bytes) -> None:
    """Writes a file whole or not at all; with thousands of files, none is synced by itself."""
    unfinished = path.with_name(path.name + ".partial")
    unfinished.write_bytes(data)
    unfinished.replace(path)
