"""The parts of a PNG that do not matter to its pixels, taken out before Pillow reads it.

Pillow refuses a whole picture for a long comment or for a wrong checksum in a note; browsers show
it. Comments of many pages are usual: image generators store their workflow in one.
"""

from __future__ import annotations

import struct
import zlib
from collections import Counter

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_PROFILE = 4 * 2**20
"""Bytes of an unpacked colour profile; those of printers have up to three million."""
_MAX_TEXT = 2**20
"""Bytes of an unpacked text; Pillow refuses pictures with longer ones."""
_MOST_TURNS = 4
"""Texts that are unpacked to see how long they are: of a thousand, each may be a megabyte."""
TEXTS = (b"tEXt", b"zTXt", b"iTXt")
"""The types of chunks that hold a text."""
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
    seen: Counter[str | None] = Counter()
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
            note = _name_note(kind, body)
            seen[note] += 1
            if note == "profile" and seen[note] == 1:
                profile = _read_profile(bytes(body))
            elif note == "camera" and seen[note] == 1:
                parts.append(view[at:end])
            elif note == "turn" and seen[note] <= _MOST_TURNS and not turned:
                turned = _is_short(kind, body)  # one is enough: Pillow also limits their sum
                parts += [view[at:end]] * turned
        at = end
    parts.append(view[at:])
    whole = sum(map(len, parts)) == len(data)
    return (data if whole else b"".join(parts)), profile


def find_text(kind: bytes, body: bytes, keyword: bytes) -> bytes | None:
    """Finds the text in a chunk of one keyword; programs may pack it, or write it in another kind.

    Args:
        kind: The chunk's type.
        body: Its content.
        keyword: The keyword.

    Returns:
        The text, or None where the chunk is none of that keyword; empty where it is damaged.
    """
    if kind not in TEXTS or not body.startswith(keyword + b"\0"):
        return None
    rest = body[len(keyword) + 1 :]
    if kind == b"zTXt":
        return _unpack(rest[1:], _MAX_TEXT) or b""
    if kind == b"iTXt":
        text = rest[2:].split(b"\0", 2)[-1]
        return (_unpack(text, _MAX_TEXT) or b"") if rest[:1] == b"\1" else text
    return rest


def _has_right_checksum(chunk: memoryview) -> bool:
    return bool(zlib.crc32(chunk[4:-4]) == struct.unpack(">I", chunk[-4:])[0])


def _read_profile(body: bytes) -> bytes | None:
    """The unpacked profile of a name, a zero, the way of packing and the packed profile."""
    _, _, packed = body.partition(b"\0")
    return _unpack(packed[1:], MAX_PROFILE)


def _name_note(kind: bytes, body: memoryview) -> str | None:
    """Names what a chunk tells about the picture; None where that is nothing."""
    if kind in TEXTS:
        keyword, _, _ = bytes(body[:80]).partition(b"\0")
        return "turn" if keyword in _TURNS else None
    return {b"iCCP": "profile", b"eXIf": "camera"}.get(kind)


def _is_short(kind: bytes, body: memoryview) -> bool:
    """Whether Pillow reads a text, and not refuses the whole picture for it."""
    if len(body) > _MAX_TEXT:
        return False
    _, _, rest = bytes(body).partition(b"\0")
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
