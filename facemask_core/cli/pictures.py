"""Single pictures on the command line: read as the model's input, answered as a row of JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from facemask_core.cli.terminal import say
from facemask_core.errors import ImageError
from facemask_core.labels import LABELS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from facemask_core.verdicts import Verdict


def read_face(path: Path, *, crop: bool) -> tuple[NDArray[Any], list[int] | None]:
    """Reads a picture as the model's input, and the box it was cut from (None: all of it)."""
    from facemask_core import images
    from facemask_core.datasets import Folder

    try:
        image = images.decode(Folder(path.parent).read(path.name))
    except ImageError as error:
        raise ImageError(f"{path}: {error}") from error
    if not crop:
        return images.resize(image), None
    from facemask_core import faces

    found = faces.crop_face(image)
    if not found.found:
        say(f"{path}: no face was found; the whole picture is used.")
    return found.image, found.box.as_list() if found.found else None


def verdict_row(verdict: Verdict) -> dict[str, Any]:
    """A verdict's keys in every answer of the command line."""
    return {
        "label": verdict.name,
        "confidence": verdict.confidence,
        "probabilities": dict(zip(LABELS, verdict.probabilities, strict=True)),
    }
