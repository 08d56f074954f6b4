"""Options about a dataset, which several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from facemask_core.data.datasets import Dataset, Prepare

DataOption = Annotated[Path, typer.Option("--data", help="Folder or zip with one folder a class.")]
LimitOption = Annotated[int | None, typer.Option(help="Use only this many images.")]
CropOption = Annotated[bool, typer.Option("--crop/--no-crop", help="Crop to the face first.")]
JsonPathOption = Annotated[Path | None, typer.Option("--json", help="Write JSON here.")]


def open_data(data: Path, limit: int | None) -> Dataset:
    """Opens a dataset, or its first images."""
    from facemask_core.data import places

    dataset = places.open_path(data)
    return dataset if limit is None else dataset.take(limit)


def preparation(*, crop: bool) -> Prepare:
    """Returns the function that turns a decoded picture into the model's input."""
    from facemask_core.pictures import faces, images

    return faces.cropped if crop else images.resize


def data_row(dataset: Dataset, *, crop: bool) -> dict[str, Any]:
    """Makes a dataset's keys for the JSON: of the images in use, after any limit."""
    from facemask_core.data import datasets

    return {"data_sha256": datasets.fingerprint(dataset), "crop": crop}
