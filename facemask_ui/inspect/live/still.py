"""One still of a camera, from the browser's message to the answer."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from facemask_core.epsilons import LINF
from facemask_core.errors import FacemaskError, ImageError
from facemask_core.evaluation.verdicts import Verdict
from facemask_core.labels import WITH_MASK, WITHOUT_MASK
from facemask_core.models.classifier import Classifier
from facemask_core.pictures import decoding, faces, images
from facemask_ui.base import browser, palette
from facemask_ui.face import answers, outcomes
from facemask_ui.language import percent, say

Pixels = NDArray[np.uint8]
_ADDRESS = "data:image/jpeg;base64,"
_MOST_CHARACTERS = 500_000
"""Several times as long as a browser's JPEG of so few pixels."""
_MOST_SIDE = 640
"""Longer side of a still; live.js has the same."""


def answer_still(classifier: Classifier, message: object) -> dict[str, Any] | None:
    """Judges a still, attacks it with FGSM, and writes the answer.

    Args:
        classifier: The model.
        message: The browser's message: the still's number, the slider's notch, the picture's data
            address, and the face's place and class in the last still. It may be anything, since it
            comes from outside.

    Returns:
        The answer for the browser; None if the message is no still. If the picture cannot be used
        or the model cannot answer, the answer is a sentence that says so; without a face it has
        no verdict.
    """
    if not isinstance(message, dict):
        return None
    number, level = message.get("number"), message.get("level")
    if type(number) is not int or type(level) is not int or level not in LINF.notches:
        return None
    try:
        picture = decode_still(message.get("picture"))
        box = find_face(picture, message.get("face"))
        if box is None:
            return {"number": number, "face": None}
        guess = WITH_MASK if message.get("label") == WITH_MASK else WITHOUT_MASK
        result = answers.attack_still(classifier, faces.crop(picture, box), level, guess)
    except FacemaskError as error:
        return {"number": number, "problem": str(error)}
    label = result.before.label
    outcome = outcomes.name_outcome(result.outcome)
    icon = outcomes.ICONS[result.outcome]
    return {
        "number": number,
        "face": box.as_list(),
        "clean": _describe_verdict(result.before, label),
        "attacked": _describe_verdict(result.after, label)
        | {
            "outcome": say("inspect.live.outcome", outcome=outcome),
            "outcomeIcon": browser.strip_icon(icon),
        },
        "picture": browser.write_webp_address(Image.fromarray(result.adversarial)),
    }


def find_face(picture: Pixels, last: object) -> faces.Box | None:
    """Finds the face in a still: near where it was in the last one, or the largest of all.

    Args:
        picture: uint8 (height, width, 3), the still.
        last: Left, top, width and height of the last still's face, if it had one; it comes from
            outside.

    Returns:
        Its box, or None where no face is found.
    """
    if isinstance(last, list) and [type(one) for one in last] == [int] * 4:
        left, top, width, height = last
        inside = min(left, top) >= 0 and max(left, top, width, height) <= _MOST_SIDE
        if inside and min(width, height) > 0:
            box = faces.follow_face(picture, faces.Box(left, top, width, height))
            if box is not None:
                return box
    return next(iter(faces.find_faces(picture)), None)


def decode_still(address: object) -> Pixels:
    """Decodes the picture of a still.

    Args:
        address: The data address of a JPEG picture, its longer side 640 pixels at most.

    Returns:
        uint8 (height, width, 3).

    Raises:
        ImageError: The address holds no such picture.
    """
    if not isinstance(address, str) or not address.startswith(_ADDRESS):
        raise ImageError(say("inspect.live.no_jpeg"))
    if len(address) > _MOST_CHARACTERS:
        raise ImageError(say("inspect.live.too_large"))
    try:
        data = base64.b64decode(address.removeprefix(_ADDRESS), validate=True)
    except ValueError as error:
        raise ImageError(say("inspect.live.damaged")) from error
    # Its size first: a few bytes may hold megapixels, and the next still comes at once.
    if max(decoding.open_picture(data, ("JPEG",)).size) > _MOST_SIDE:
        raise ImageError(say("inspect.live.too_many_pixels"))
    return images.decode(data)


def _describe_verdict(verdict: Verdict, label: int) -> dict[str, Any]:
    """Describes a verdict for the browser.

    Args:
        verdict: The verdict.
        label: The class without the attack, whose probability falls.
    """
    return {
        "label": verdict.label,
        "icon": browser.strip_icon(palette.ICONS[verdict.label]),
        "verdict": f"{palette.name_class(verdict.label)} {percent(verdict.confidence)}",
        "share": verdict.probabilities[label],
    }
