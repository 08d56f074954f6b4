"""Single pictures on the command line: their reading, and verdicts as rows of JSON."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facemask_core.cli.terminal import print_note
from facemask_core.errors import FaceError, ImageError
from facemask_core.labels import LABELS, parse_label

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from facemask_core.evaluation.verdicts import Verdict
    from facemask_core.pictures.faces import Box
    from facemask_core.pictures.lab_note import Frame, LabNote


@dataclass(frozen=True, eq=False)
class Face:
    """The part of a picture that the model judges.

    Attributes:
        pixels: uint8 (224, 224, 3), the model's input.
        box: Its box in the picture, or None where that is all of it.
        count: How many faces the picture has; None where none was looked for.
        number: Which of them it is, from the left, from 1; None where it is no face.
        wears_drawn_mask: Whether a mask was drawn onto it.
        note: What the picture's file says that the lab made on it.
    """

    pixels: NDArray[Any]
    box: list[int] | None
    count: int | None
    number: int | None
    wears_drawn_mask: bool
    note: LabNote | None = None

    @property
    def remark(self) -> str:
        """What has to stand beside its verdict, or nothing."""
        if self.count == 0:
            return " (no face was found: this is about the whole picture)"
        if self.number is not None and self.count is not None and self.count > 1:
            return f" ({self.count} faces; judged: face {self.number} from the left)"
        return ""

    def row(self) -> dict[str, Any]:
        """Makes its keys for the JSON."""
        made = None if self.note is None else self.note.fields()
        return {
            "box": self.box,
            "faces": self.count,
            "face": self.number,
            "wears_drawn_mask": self.wears_drawn_mask,
            "made_by_the_lab": made,
        }

    @property
    def frame(self) -> Frame:
        """How it was cut, as a note in a picture says it."""
        return "whole" if self.box is None else "face"


def read_face(
    path: Path, *, crop: bool | None, wear_mask: bool = False, number: int | None = None
) -> Face:
    """Reads a picture as the model's input; notes say which part of it that is.

    Args:
        path: The picture.
        crop: Cut it to a face, if one is found; None does so unless the lab made the picture and
            its file says so.
        wear_mask: Draw a mask onto that face first.
        number: The face, counted from the left from 1; None for the largest.

    Raises:
        ImageError: The file cannot be read, or is no picture.
        FaceError: There is no such face.
    """
    return read_faces(path, crop=crop, wear_mask=wear_mask, number=number)[0]


def read_faces(
    path: Path,
    *,
    crop: bool | None,
    wear_mask: bool = False,
    number: int | None = None,
    every: bool = False,
) -> list[Face]:
    """Reads one face of a picture, or every one; see :func:`read_face`.

    Args:
        path: The picture.
        crop: Cut it to a face.
        wear_mask: Draw a mask onto each face first.
        number: The face; None for the largest.
        every: Read every face, from the left.

    Returns:
        At least one: without any face it is the whole picture.

    Raises:
        ImageError: The file cannot be read, or is no picture.
        FaceError: There is no such face.
    """
    from facemask_core.data.datasets import Folder
    from facemask_core.pictures import faces, images, model_input

    choosing = every or number is not None
    _check_choice(crop=crop, wear_mask=wear_mask, number=number, every=every)
    _refuse_folder(path)
    try:
        data = Folder(path.parent).read(path.name)
        image = images.decode(data)
    except ImageError as error:
        raise ImageError(f"{path}: {error}") from error
    note = _read_note(path, data, cropped=crop is True or choosing)
    if crop is None and not choosing and note is not None and note.shows_face:
        crop = False
    if crop is False and not wear_mask:
        return [Face(images.resize(image), None, None, None, wear_mask, note)]
    boxes = faces.find_faces(image)
    numbers = _choose_faces(path, boxes, number, every=every, needed=wear_mask)
    if crop is not False:
        may_be_input = crop is None and not choosing and model_input.has_input_size(image)
        _print_crop(path, boxes, numbers, may_be_input=may_be_input)
    if not numbers:
        return [Face(images.resize(image), None, 0, None, wear_mask, note)]
    cuts = (_cut(image, boxes, one, crop=crop, wear_mask=wear_mask) for one in numbers)
    return [replace(face, note=note) for face in cuts]


def _refuse_folder(path: Path) -> None:
    with suppress(OSError):  # what cannot even be looked at is told when it is read
        if path.is_dir():
            raise ImageError(
                f"{path} is a folder; give a picture in it, or the whole folder to a command with "
                "--data, such as evaluate."
            )


def _read_note(path: Path, data: bytes, *, cropped: bool) -> LabNote | None:
    """Reads what the lab made on a picture, and prints it."""
    from facemask_core.evaluation.lab_pictures import describe_note
    from facemask_core.pictures import model_input

    reading = model_input.read_note(data)
    if reading.problem:
        print_note(f"{path}: {reading.problem}")
    if reading.note is not None:
        print_note(f"{path}: {describe_note(reading.note, cropped=cropped)}")
    return reading.note


def _check_choice(*, crop: bool | None, wear_mask: bool, number: int | None, every: bool) -> None:
    """Refuses options that contradict each other."""
    if every and number is not None:
        raise FaceError("--face and --all-faces exclude each other; give one of them.")
    if crop is False and (every or (number is not None and not wear_mask)):
        option = "--all-faces" if every else "--face"
        raise FaceError(f"{option} crops to faces and --no-crop does not; give one of them.")


def refuse_all_faces(command: str) -> None:
    """Refuses ``--all-faces`` for a command about one face.

    Args:
        command: What the command is called.

    Raises:
        FaceError: Always.
    """
    raise FaceError(
        f"{command} is about one face; leave out --all-faces, and choose the face with --face, "
        "such as --face 2 for the second from the left."
    )


def _choose_faces(
    path: Path, boxes: list[Box], number: int | None, *, every: bool, needed: bool
) -> list[int]:
    """Chooses faces by their numbers from the left, from 1; none where there are none."""
    from facemask_core.pictures import faces

    if not boxes and (needed or number is not None):
        use = "to draw a mask onto" if needed else "to choose; leave out --face"
        raise FaceError(f"{path}: no face was found {use}.")
    if every or not boxes:
        return list(range(1, len(boxes) + 1))
    if number is None:
        return [faces.left_to_right(boxes).index(boxes[0]) + 1]
    if not 1 <= number <= len(boxes):
        have = "only 1 face was" if len(boxes) == 1 else f"{len(boxes)} faces were"
        raise FaceError(f"{path}: there is no face {number}; {have} found, numbered from the left.")
    return [number]


def _cut(
    image: NDArray[Any], boxes: list[Box], number: int, *, crop: bool | None, wear_mask: bool
) -> Face:
    """Cuts the face with a number out of a picture, or keeps all of it around a masked face."""
    from facemask_core.pictures import faces, images, virtual_mask

    box = faces.left_to_right(boxes)[number - 1]
    if wear_mask:
        image = virtual_mask.draw_mask(image, box)
    if crop is False:
        return Face(images.resize(image), None, len(boxes), None, wear_mask)
    return Face(faces.crop(image, box), box.as_list(), len(boxes), number, wear_mask)


def _print_crop(path: Path, boxes: list[Box], numbers: list[int], *, may_be_input: bool) -> None:
    """Prints what a reader would not expect of a crop."""
    from facemask_core.pictures.faces import left_to_right

    if not boxes:
        print_note(f"{path}: no face was found; the whole picture is used.")
    if len(boxes) > 1 and len(numbers) == 1:
        largest = ", the largest" if left_to_right(boxes)[numbers[0] - 1] == boxes[0] else ""
        print_note(
            f"{path}: {len(boxes)} faces; judged: face {numbers[0]} from the left{largest}; "
            "--face chooses another."
        )
    if boxes and may_be_input:
        print_note(
            f"{path}: this picture has the size of a model's input and is cropped to its face; if "
            "it is such an input, --no-crop uses it as it is."
        )


def read_truth(part: Face, label: str | None) -> int | None:
    """Reads the true class of a face, as the option says it or else the note in its picture.

    Args:
        part: The face.
        label: What the option says; None where it is not given.

    Returns:
        The class; None where nobody says it, and where no face was found: of a wall, no answer is
        right.

    Raises:
        DatasetError: The option names no class.
    """
    label = None if label is None else LABELS[parse_label(label)]
    if part.count == 0:
        if label is not None:
            print_note(
                f"No face was found, so no answer about a mask is right and {label} is not used; "
                "--no-crop takes the whole picture for the face."
            )
        return None
    if label is None and part.note is not None:
        label = part.note.true_class
    return None if label is None else LABELS.index(label)


def describe_mistake(model: str, truth: int, before: Verdict) -> str:
    """Writes that a model is wrong before any attack, as the lab's page does.

    Args:
        model: The model's name.
        truth: The true class.
        before: The model's answer, which is another one.
    """
    says, answers = (LABELS[label].replace("_", " ") for label in (truth, before.label))
    return (
        f"{model} is already wrong without an attack: you say {says}, it says {answers}. Nothing "
        "here has fooled it; the attack only keeps it wrong."
    )


def verdict_row(verdict: Verdict) -> dict[str, Any]:
    """Makes a verdict's keys for the JSON."""
    return {
        "label": verdict.name,
        "confidence": verdict.confidence,
        "unsure": verdict.unsure,
        "probabilities": dict(zip(LABELS, verdict.probabilities, strict=True)),
    }


def describe_verdict(verdict: Verdict) -> str:
    """Writes a model's answer on a line, and that it is unsure where it is."""
    unsure = f" (unsure: below {verdict.unsure_below})" if verdict.unsure else ""
    return f"{verdict.name}, confidence {verdict.confidence:.4f}{unsure}"
