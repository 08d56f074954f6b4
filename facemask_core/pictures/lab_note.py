"""What the lab writes into a picture that it makes: how it was cut, and what was done to it.

A note comes back in files that anyone may have written, so it is checked against a schema and is
small; whatever does not fit counts as no note. It names no file and no person.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from facemask_core.labels import LABELS

MOST_BYTES = 2_000
"""A longer text is none of the lab's; its own have about 400 bytes."""
_LONGEST_NAME = 80
_FARTHEST = 10**6


def _require_printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("should be printable")
    return text


Frame = Literal["face", "by hand", "whole"]
"""How a picture was cut: to a face that the lab found, by hand, or not at all."""
_Name = Annotated[
    str, Field(min_length=1, max_length=_LONGEST_NAME), AfterValidator(_require_printable)
]
_Place = Annotated[int, Field(ge=-_FARTHEST, le=_FARTHEST)]
_Box = Annotated[list[_Place], Field(min_length=4, max_length=4)]


class LabNote(BaseModel):
    """One note; fields that do not apply are None.

    Attributes:
        version: Version of this schema.
        made: What the picture is: an attacked face, a face with a drawn mask, a face under a heat
            map, a face as it was cut out, or one that a danger without an attacker changed; or no
            face: the heat alone, the change that an attack makes, or a sheet of many faces.
        frame: How it was cut.
        box: Left, top, width and height of the cut in the picture it comes from, in pixels.
        wears_drawn_mask: Whether the lab drew a mask onto the face.
        model: Name of the model under attack, or of the heat map's.
        model_sha256: Hash of its weights.
        attack: The attack's name.
        epsilon: Its radius, on the [0, 1] scale.
        norm: Its norm, ``linf`` or ``l2``.
        seed: Its seed.
        corruption: Name of the danger that changed the face.
        strength: How far its dial was turned, from 0 to 5.
        step: The attack's step after which the picture was taken, where that is not the last.
        true_class: The class that someone said is the true one; None where nobody did.
        pixels_crc32: Checksum of the pixels, RGB row by row, that tells a changed picture.
    """

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, allow_inf_nan=False, protected_namespaces=()
    )

    version: Literal[1] = 1
    made: Literal[
        "attack", "drawn mask", "heat map", "crop", "corruption", "heat", "noise", "sheet"
    ]
    frame: Frame = "whole"
    box: _Box | None = None
    wears_drawn_mask: bool = False
    model: _Name | None = None
    model_sha256: Annotated[str, Field(max_length=100)] | None = None
    attack: Annotated[str, Field(pattern="^[a-z0-9_-]{1,40}$")] | None = None
    epsilon: Annotated[float, Field(ge=0, le=1_000)] | None = None
    norm: Literal["linf", "l2"] | None = None
    seed: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    corruption: Annotated[str, Field(pattern="^[a-z0-9_-]{1,40}$")] | None = None
    strength: Annotated[float, Field(ge=0, le=5)] | None = None
    step: Annotated[int, Field(ge=0, le=10**6)] | None = None
    true_class: Literal["without_mask", "with_mask"] | None = None
    pixels_crc32: Annotated[int, Field(ge=0, lt=2**32)] | None = None

    def fields(self) -> dict[str, Any]:
        """Lists the fields that apply, fit for JSON."""
        return self.model_dump(exclude_none=True)

    @property
    def shows_face(self) -> bool:
        """Whether the picture is a face as a model sees it, and so is not to be cropped again."""
        return self.made not in ("heat", "noise", "sheet")

    def is_about(self, image: NDArray[np.uint8]) -> bool:
        """Says whether the note was written for these pixels.

        Args:
            image: uint8 (height, width, 3).
        """
        return self.pixels_crc32 in (None, compute_checksum(image))


def describe_attack(
    model: str,
    model_sha256: str,
    threat_model: Mapping[str, Any],
    *,
    label: int | None = None,
    frame: Frame = "whole",
    box: list[int] | None = None,
    wears_drawn_mask: bool = False,
) -> LabNote:
    """Makes the note of an attacked picture.

    Args:
        model: Name of the model under attack.
        model_sha256: Hash of its weights.
        threat_model: What the attack states about itself.
        label: The class that someone said is the true one; None where nobody did.
        frame: How the face was cut.
        box: The cut, if there is one.
        wears_drawn_mask: Whether the lab drew a mask onto the face first.
    """
    return LabNote.model_validate(
        {
            "made": "attack",
            "frame": frame,
            "box": box,
            "wears_drawn_mask": wears_drawn_mask,
            "model": shorten_name(model),
            "model_sha256": model_sha256,
            "true_class": None if label is None else LABELS[label],
            **{key: threat_model.get(key) for key in ("attack", "epsilon", "norm", "seed")},
        }
    )


def shorten_name(name: str) -> str:
    """Makes a model's name fit a note: its folder may be called anything."""
    return "".join(sign if sign.isprintable() else "?" for sign in name)[:_LONGEST_NAME] or "?"


def write_note(note: LabNote, image: NDArray[np.uint8]) -> str:
    """Writes a note as JSON in ASCII.

    Args:
        note: The note.
        image: The picture that it is written into, uint8 (height, width, 3).
    """
    fields = note.fields() | {"pixels_crc32": compute_checksum(image)}
    return json.dumps(fields, separators=(",", ":"))


def parse_note(text: bytes) -> LabNote | None:
    """Reads a note; None where the text is none that the lab writes.

    Args:
        text: What a file holds in the note's place. It may be anything.
    """
    if len(text) > MOST_BYTES:
        return None
    try:
        return LabNote.model_validate_json(text)
    except ValidationError:
        return None


def compute_checksum(image: NDArray[np.uint8]) -> int:
    """Computes the CRC-32 of a picture's pixels, as PNG computes that of its parts.

    Args:
        image: uint8 (height, width, 3).
    """
    return zlib.crc32(image.tobytes())
