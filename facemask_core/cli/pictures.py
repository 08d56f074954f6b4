"""Single pictures on the command line: their reading, and verdicts as rows of JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from facemask_core.cli.terminal import print_note
from facemask_core.errors import FaceError, ImageError
from facemask_core.labels import LABELS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from facemask_core.evaluation.verdicts import Verdict


def read_face(
    path: Path, *, crop: bool, wear_mask: bool = False
) -> tuple[NDArray[Any], list[int] | None]:
    """Reads a picture as the model's input; returns it and its box in the picture, None for all.

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

    boxes = faces.find_faces(image)
    if wear_mask:
        if not boxes:
            raise FaceError(f"{path}: no face was found to draw a mask onto.")
        image = virtual_mask.draw_mask(image, boxes[0])
    if crop and boxes:
        return faces.crop(image, boxes[0]), boxes[0].as_list()
    if crop:
        print_note(f"{path}: no face was found; the whole picture is used.")
    return images.resize(image), None


def verdict_row(verdict: Verdict) -> dict[str, Any]:
    """Makes a verdict's keys for the JSON."""
    return {
        "label": verdict.name,
        "confidence": verdict.confidence,
        "probabilities": dict(zip(LABELS, verdict.probabilities, strict=True)),
    }
