"""HEIC and AVIF, in which phones store photographs: files made of boxes (ISO 14496-12)."""

from __future__ import annotations

import struct

from PIL import ExifTags, Image

_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs")
_EITHER = (b"mif1", b"msf1")
_ADVICE = {
    "HEIC": "save it as JPEG (an iPhone does: Settings, Camera, Formats, Most Compatible)",
    "AVIF": "save it as JPEG or PNG",
}


def describe_damage(data: bytes) -> str | None:
    """Tells what to do about a HEIC or AVIF file that cannot be read.

    Args:
        data: The whole file.

    Returns:
        A sentence, or None where the file is neither.
    """
    kind = name_format(data)
    return kind and f"This {kind} picture cannot be read; {_ADVICE[kind]} and retry."


def name_format(data: bytes) -> str | None:
    """Names the format by the brands in the file's first box.

    Args:
        data: The whole file.

    Returns:
        "HEIC", "AVIF", or None where the file is neither.
    """
    brand = data[8:12] if data[4:8] == b"ftyp" else b""
    if brand in (b"avif", b"avis") or (brand in _EITHER and b"avif" in data[16:64]):
        return "AVIF"
    return "HEIC" if brand in _HEIC + _EITHER else None


def restore_orientation(picture: Image.Image, data: bytes) -> None:
    """Lets the camera's orientation count in a HEIC that does not say itself how it is turned.

    The file's own turn (boxes "irot" and "imir") is carried out by the decoder, and the camera's
    orientation repeats it, so the reader sets it to upright. Programs that write only the latter
    would leave a photograph lying.

    Args:
        picture: A HEIC picture just opened; its orientation may change.
        data: The whole file.
    """
    meta = _find_box(data, b"meta")
    orientation = picture.info.get("original_orientation")
    if orientation is not None and b"irot" not in meta and b"imir" not in meta:
        picture.getexif()[ExifTags.Base.Orientation] = orientation


def _find_box(data: bytes, kind: bytes) -> bytes:
    """The first box of a kind among the outermost ones; empty if there is none."""
    at = 0
    while at + 8 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        if length == 1 and at + 16 <= len(data):
            (length,) = struct.unpack_from(">Q", data, at + 8)
        end = at + length if length else len(data)
        if data[at + 4 : at + 8] == kind:
            return data[at:end]
        at = max(end, at + 8)
    return b""
