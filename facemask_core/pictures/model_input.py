"""Pictures that are a model's input already, and say so in the PNG file that the lab writes.

An attacked face that is cropped a second time is another picture, which fools no more. A text
chunk tells it from a photograph; it changes no pixel, and other programs pass over it.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facemask_core.errors import ImageError
from facemask_core.pictures import images, png_chunks
from facemask_core.pictures.images import INPUT_SIZE
from facemask_core.pictures.lab_note import MOST_BYTES, LabNote, parse_note, write_note

KEYWORD = "facemask-lab"
"""Keyword of the text chunk."""
_OLD_TEXT = b"cropped input"
"""What the lab wrote into its pictures before notes had fields."""
_HEAD_LENGTH = 33
"""Bytes of a PNG's signature and first chunk, which no other chunk may stand before."""
_HEAD = struct.Struct(">I4s")
_CROP = LabNote(made="crop")


@dataclass(frozen=True)
class NoteReading:
    """What a file says about being the lab's own.

    Attributes:
        note: Its note, where it has one and is still the picture that the note was written for.
        problem: What is wrong with a note that does not count, as a sentence; empty otherwise.
    """

    note: LabNote | None = None
    problem: str = ""


NO_NOTE = NoteReading()
"""What is read in a file that carries no note."""


def encode(image: NDArray[np.uint8], note: LabNote = _CROP) -> bytes:
    """Writes a picture of the lab's as PNG, with a note in the file of what it is.

    Args:
        image: uint8 (height, width, 3); a model's input has 224 pixels a side.
        note: What was made on it.

    Returns:
        The bytes of the PNG file.
    """
    return attach_note(images.encode_png(image), note, image)


def attach_note(png: bytes, note: LabNote, image: NDArray[np.uint8]) -> bytes:
    """Puts a note into a PNG file.

    Args:
        png: The file.
        note: What the picture is.
        image: What the file shows, uint8 (height, width, 3).

    Returns:
        The file with the note.
    """
    text = f"{KEYWORD}\0{write_note(note, image)}".encode("ascii")
    kind = b"tEXt"
    chunk = _HEAD.pack(len(text), kind) + text + struct.pack(">I", zlib.crc32(kind + text))
    return png[:_HEAD_LENGTH] + chunk + png[_HEAD_LENGTH:]


def read_note(data: bytes) -> NoteReading:
    """Reads the note in a file, by any writer.

    A picture that was scaled or changed since is treated like any other, and so is one whose note
    the lab cannot read.

    Args:
        data: The whole file, of any kind.
    """
    size, text = b"", None
    for kind, content, sound in _read_chunks(data):
        if kind == b"IHDR":
            size = content[:8]
        text = png_chunks.find_text(kind, content, KEYWORD.encode())
        if text is not None:
            text = text if sound else b""
            break
    if text is None:
        return NO_NOTE
    note = _CROP if text == _OLD_TEXT else parse_note(text)
    if note is None:
        return NoteReading(problem=_describe_problem("that cannot be read"))
    if note.shows_face and size != struct.pack(">II", INPUT_SIZE, INPUT_SIZE):
        return NoteReading(problem=_describe_problem("for a picture of another size"))
    try:
        unchanged = note.is_about(images.decode(data))
    except ImageError:  # who opens the picture says what is wrong with it
        return NO_NOTE
    if not unchanged:
        return NoteReading(problem=_describe_problem("for other pixels"))
    return NoteReading(note)


def has_input_size(image: NDArray[np.uint8]) -> bool:
    """Says whether a decoded picture has exactly the size of a model's input."""
    return image.shape[:2] == (INPUT_SIZE, INPUT_SIZE)


def _describe_problem(which: str) -> str:
    return f"This picture carries a note of the lab {which}, so it is treated like any other."


def _read_chunks(data: bytes) -> Iterator[tuple[bytes, bytes, bool]]:
    """Yields type and content of a PNG file's chunks, and whether a note's checksum is right."""
    place = len(png_chunks.SIGNATURE)
    if not data.startswith(png_chunks.SIGNATURE):
        return
    while place + _HEAD.size <= len(data):
        length, kind = _HEAD.unpack_from(data, place)
        place += _HEAD.size
        content = data[place : place + length]
        place += length + 4
        # The decoder checks those of the pixels, which are long.
        short = kind in png_chunks.TEXTS and len(content) <= MOST_BYTES
        checksum = struct.pack(">I", zlib.crc32(kind + content)) if short else b""
        yield kind, content, data[place - 4 : place] == checksum
