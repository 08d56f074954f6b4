"""One still of a camera: read as a stranger's file is, judged, attacked, answered."""

from __future__ import annotations

import base64
from typing import Any

from PIL import Image

from facemask_core.epsilons import LINF
from facemask_core.errors import FacemaskError, ImageError
from facemask_core.evaluation.verdicts import Verdict
from facemask_core.models.classifier import Classifier
from facemask_core.pictures import images
from facemask_ui.base import browser, palette
from facemask_ui.face import answers
from facemask_ui.face.answers import Face
from facemask_ui.face.outcomes import OUTCOMES

_ADDRESS = "data:image/jpeg;base64,"
_MOST_CHARACTERS = 200_000
"""Ten times what a browser makes of so few pixels."""


def answered(classifier: Classifier, told: object) -> dict[str, Any] | None:
    """Answers a still.

    Args:
        classifier: The model.
        told: What came from a browser: the still's number, the slider's notch, and the picture's
            address, if all is well.

    Returns:
        What the browser is told; None where what came is no still. With it goes a sentence where
        the picture cannot be used or the model cannot answer.
    """
    if not isinstance(told, dict):
        return None
    number, level = told.get("number"), told.get("level")
    if type(number) is not int or type(level) is not int or level not in LINF.notches:
        return None
    try:
        found = answers.attack_still(classifier, face(told.get("picture")), LINF.epsilon(level))
    except FacemaskError as error:
        return {"number": number, "problem": str(error)}
    label = found.before.label
    outcome, said = OUTCOMES[found.outcome]
    return {
        "number": number,
        "clean": _told(found.before, label),
        "attacked": _told(found.after, label)
        | {"outcome": f"{said}:", "outcomeIcon": browser.strip_icon(outcome)},
        "picture": browser.write_webp_address(Image.fromarray(found.attacked)),
    }


def face(address: object) -> Face:
    """Decodes a still.

    Args:
        address: A JPEG picture in its own address, of the models' size.

    Returns:
        uint8 (224, 224, 3).

    Raises:
        ImageError: It is none.
    """
    if not isinstance(address, str) or not address.startswith(_ADDRESS):
        raise ImageError("This browser's camera gives no JPEG pictures; use another browser.")
    if len(address) > _MOST_CHARACTERS:
        raise ImageError("A still of the camera is too large; reload the page.")
    try:
        data = base64.b64decode(address.removeprefix(_ADDRESS), validate=True)
    except ValueError as error:
        raise ImageError(
            "A still of the camera arrived damaged; start the camera again."
        ) from error
    pixels = images.decode(data)
    if pixels.shape != (images.INPUT_SIZE, images.INPUT_SIZE, 3):
        raise ImageError(
            "A still of the camera has another size than the models'; reload the page."
        )
    return pixels


def _told(verdict: Verdict, label: int) -> dict[str, Any]:
    """A verdict, and the confidence in a class.

    Args:
        verdict: The verdict.
        label: The class without the attack, in which confidence falls.
    """
    return {
        "label": verdict.label,
        "icon": browser.strip_icon(palette.ICONS[verdict.label]),
        "verdict": f"{palette.WORDS[verdict.label]} {palette.percent(verdict.confidence)}",
        "share": verdict.probabilities[label],
    }
