"""The parts of a PNG that do not matter to its pixels, taken out before Pillow reads it.

Pillow refuses a whole picture for a long comment or for a wrong checksum in a note; browsers show
it. Comments of many pages are usual: image generators store their workflow in one.
"""

from __future__ import annotations

import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_PROFILE = 4 * 2**20
"""Bytes of an unpacked colour profile; those of printers have up to three million."""
_MAX_TEXT = 2**20
"""Bytes of an unpacked text; Pillow refuses pictures with longer ones."""
_MATTERS = (b"tRNS", b"acTL", b"fcTL", b"fdAT")
"""Transparency, and what makes a picture an animation: left for Pillow to read or refuse."""
_TURNS = (b"XML:com.adobe.xmp", b"Raw profile type exif")
"""Keywords of the texts in which programs say how a picture is to be turned."""


def drop_notes(data: bytes) -> tuple[bytes, bytes | None]:
    """Takes out what does not matter to the pixels of a PNG, and its colour profile.

    What is left are the pixels, the transparency, the animation and the camera's orientation.
    Chunks that a reader may skip are left out where their checksum is wrong.

    Args:
        data: The whole file, a PNG or not.

    Returns:
        The file without those chunks, and the bytes of its colour profile; None where it has none
        or a damaged one. Other files are returned as they are.

    Raises:
        ValueError: A chunk that matters to the pixels has a wrong checksum. Pillow notices that
            everywhere but in the compressed pixels.
    """
    if not data.startswith(SIGNATURE):
        return data, None
    profile: bytes | None = None
    view, turned, at = memoryview(data), False, len(SIGNATURE)
    parts = [view[:at]]
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        kind, end = data[at + 4 : at + 8], at + 12 + length
        if end > len(data) or not kind.isalpha() or kind == b"IEND":
            break
        sound = _has_right_checksum(view[at:end])
        if kind[:1].isupper() or kind in _MATTERS:
            if not sound:
                raise ValueError(f"wrong checksum of {kind.decode()}")
            parts.append(view[at:end])
        elif sound:
            body = view[at + 8 : end - 4]
            if kind == b"iCCP" and not profiles:
                profiles.append(_read_profile(bytes(body)))
            elif kind == b"eXIf" and not cameras:
                cameras.append(view[at:end])
                parts.append(view[at:end])
            elif len(texts) < _MOST_TEXTS and _may_tell_orientation(kind, body):
                texts.append(is_short := _is_short(kind, body))
                if is_short and sum(texts) == 1:
                    parts.append(view[at:end])
        at = end
    parts.append(view[at:])
    whole = sum(map(len, parts)) == len(data)
    return (data if whole else b"".join(parts)), profile


def _has_right_checksum(chunk: memoryview) -> bool:
    return bool(zlib.crc32(chunk[4:-4]) == struct.unpack(">I", chunk[-4:])[0])


def _read_profile(body: bytes) -> bytes | None:
    """The unpacked profile of a name, a zero, the way of packing and the packed profile."""
    _, _, packed = body.partition(b"\0")
    return _unpack(packed[1:], MAX_PROFILE)


def _tells_orientation(kind: bytes, body: memoryview) -> bool:
    """Whether a text may hold the orientation, and Pillow reads it."""
    keyword, _, rest = bytes(body[: _MAX_TEXT + 1]).partition(b"\0")
    if kind not in (b"tEXt", b"zTXt", b"iTXt") or keyword not in _TURNS or len(body) > _MAX_TEXT:
        return False
    if kind == b"zTXt":
        return _unpack(rest[1:], _MAX_TEXT) is not None
    if kind == b"iTXt" and rest[:1] == b"\1":
        return _unpack(rest[2:].split(b"\0", 2)[-1], _MAX_TEXT) is not None
    return True


def _unpack(packed: bytes, limit: int) -> bytes | None:
    """Unpacks at most so many bytes; None where there are more, or where they are damaged."""
    unpacker = zlib.decompressobj()
    try:
        unpacked = unpacker.decompress(packed, limit)
    except zlib.error:
        return None
    return unpacked if unpacker.eof else None
