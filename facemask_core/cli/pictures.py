"""Single pictures on the command line: their reading, and verdicts as rows of JSON."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facemask_core.cli.terminal import print_note
from facemask_core.errors import FaceError, ImageError
from facemask_core.labels import LABELS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from facemask_core.evaluation.verdicts import Verdict
    from facemask_core.pictures.faces import Box


@dataclass(frozen=True, eq=False)
class Face:
    """The part of a picture that the model judges.

    Attributes:
        pixels: uint8 (224, 224, 3), the model's input.
        box: Its box in the picture, or None where that is all of it.
        count: How many faces were found; None where none was looked for.
        wears_drawn_mask: Whether a mask was drawn onto it.
    """

    pixels: NDArray[Any]
    box: list[int] | None
    count: int | None
    wears_drawn_mask: bool

    @property
    def remark(self) -> str:
        """What has to stand beside its verdict, or nothing."""
        return " (no face was found: this is about the whole picture)" if self.count == 0 else ""

    def row(self) -> dict[str, Any]:
        """Makes its keys for the JSON."""
        return {"box": self.box, "faces": self.count, "wears_drawn_mask": self.wears_drawn_mask}


def read_face(path: Path, *, crop: bool | None, wear_mask: bool = False) -> Face:
    """Reads a picture as the model's input; notes say which part of it that is.

    Args:
        path: The picture.
        crop: Cut it to its largest face, if one is found; None does so unless the picture says
            that it is a model's input already.
        wear_mask: Draw a mask onto that face first.

    Raises:
        ImageError: The file cannot be read, or is no picture.
        FaceError: There is no face to draw a mask onto.
    """
    from facemask_core.data.datasets import Folder
    from facemask_core.pictures import images, model_input

    try:
        data = Folder(path.parent).read(path.name)
        image = images.decode(data)
    except ImageError as error:
        raise ImageError(f"{path}: {error}") from error
    if crop is None and model_input.is_marked(data):
        print_note(
            f"{path}: the lab saved this picture as a model's input, so it is not cropped again; "
            "--crop crops it."
        )
        crop = False
    if crop is False and not wear_mask:
        return Face(images.resize(image), None, None, wear_mask)
    from facemask_core.pictures import faces, virtual_mask

    boxes = faces.find_faces(image)
    if wear_mask:
        if not boxes:
            raise FaceError(f"{path}: no face was found to draw a mask onto.")
        image = virtual_mask.draw_mask(image, boxes[0])
    if crop is False:
        return Face(images.resize(image), None, len(boxes), wear_mask)
    _print_crop(path, boxes, may_be_input=crop is None and model_input.has_input_size(image))
    if not boxes:
        return Face(images.resize(image), None, 0, wear_mask)
    return Face(faces.crop(image, boxes[0]), boxes[0].as_list(), len(boxes), wear_mask)


def _print_crop(path: Path, boxes: list[Box], *, may_be_input: bool) -> None:
    """Prints what a reader would not expect of a crop."""
    if not boxes:
        print_note(f"{path}: no face was found; the whole picture is used.")
    if len(boxes) > 1:
        print_note(f"{path}: {len(boxes)} faces were found; the largest is used.")
    if boxes and may_be_input:
        print_note(
            f"{path}: this picture has the size of a model's input and is cropped to its face; if "
            "it is such an input, --no-crop uses it as it is."
        )


def verdict_row(verdict: Verdict) -> dict[str, Any]:
    """Makes a verdict's keys for the JSON."""
    return {
        "label": verdict.name,
        "confidence": verdict.confidence,
        "probabilities": dict(zip(LABELS, verdict.probabilities, strict=True)),
    }
