"""Single pictures on the command line: read as the model's input, answered as a row of JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from facemask_core.cli.terminal import say
from facemask_core.errors import FaceError, ImageError
from facemask_core.labels import LABELS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from facemask_core.evaluation.verdicts import Verdict


def read_face(
    path: Path, *, crop: bool, wear_mask: bool = False
) -> tuple[NDArray[Any], list[int] | None]:
    """Reads a picture as the model's input, and the box it was cut from (None: all of it).

    Args:
        path: The picture.
        crop: Cut it to its largest face, if one is found.
        wear_mask: Draw a mask onto that face first.

    Raises:
        DatasetError: The file cannot be read.
        ImageError: It is no picture.
        FaceError: There is no face to draw a mask onto.
    """
    from facemask_core.data.datasets import Folder
    from facemask_core.pictures import images

    try:
        image = images.decode(Folder(path.parent).read(path.name))
    except ImageError as error:
        raise ImageError(f"{path}: {error}") from error
    if not crop and not wear_mask:
        return images.resize(image), None
    from facemask_core.pictures import faces, virtual_mask

    found = faces.find_faces(image)
    if wear_mask:
        if not found:
            raise FaceError(f"{path}: no face was found to draw a mask onto.")
        image = virtual_mask.wear(image, found[0])
    if crop and found:
        return faces.crop(image, found[0]), found[0].as_list()
    if crop:
        say(f"{path}: no face was found; the whole picture is used.")
    return images.resize(image), None


def verdict_row(verdict: Verdict) -> dict[str, Any]:
    """A verdict's keys in every answer of the command line."""
    return {
        "label": verdict.name,
        "confidence": verdict.confidence,
        "probabilities": dict(zip(LABELS, verdict.probabilities, strict=True)),
    }
