"""Pictures that are a model's input already, and say so in the PNG file that the lab writes.

An attacked face that is cropped a second time is another picture, which fools no more. A text
chunk tells it from a photograph; it changes no pixel, and other programs pass over it.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from facemask_core.pictures.images import INPUT_SIZE, encode_png

MARK = b"facemask-lab\0cropped input"
"""Keyword and text of the chunk."""
HEAD_LENGTH = 33
"""Bytes of a PNG's signature and first chunk, which no other chunk may stand before."""
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEAD = struct.Struct(">I4s")


def encode(image: NDArray[np.uint8]) -> bytes:
    """Writes a model's input as PNG, with a note in the file that it is one.

    Args:
        image: uint8 (224, 224, 3).

    Returns:
        The bytes of the PNG file.
    """
    png = encode_png(image)
    return png[:HEAD_LENGTH] + make_chunk() + png[HEAD_LENGTH:]


def make_chunk() -> bytes:
    """Makes the text chunk, to be put behind a PNG's first :data:`HEAD_LENGTH` bytes."""
    kind = b"tEXt"
    checksum = struct.pack(">I", zlib.crc32(kind + MARK))
    return _HEAD.pack(len(MARK), kind) + MARK + checksum


def is_marked(data: bytes) -> bool:
    """Says whether a file calls itself a model's input; one that was scaled since is none.

    Args:
        data: The whole file, of any kind.
    """
    square = False
    for kind, content in _read_chunks(data):
        if kind == b"IHDR":
            square = content[:8] == struct.pack(">II", INPUT_SIZE, INPUT_SIZE)
        if kind == b"tEXt" and content == MARK:
            return square
    return False


def has_input_size(image: NDArray[np.uint8]) -> bool:
    """Says whether a decoded picture has exactly the size of a model's input."""
    return image.shape[:2] == (INPUT_SIZE, INPUT_SIZE)


def _read_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yields type and content of a PNG file's chunks; nothing of other files."""
    place = len(_SIGNATURE)
    if not data.startswith(_SIGNATURE):
        return
    while place + _HEAD.size <= len(data):
        length, kind = _HEAD.unpack_from(data, place)
        place += _HEAD.size
        yield kind, data[place : place + length]
        place += length + 4  # the checksum, which the decoder checks
