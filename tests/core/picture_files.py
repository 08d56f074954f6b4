"""Small picture files for tests, among them such as Pillow does not write."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from facemask_core.errors import ImageError
from facemask_core.pictures import images

SIDE = 40


def noise(height: int = SIDE, width: int = SIDE + 8, seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def flat(*colour: int) -> NDArray[np.uint8]:
    return np.full((SIDE, SIDE, len(colour)), colour, np.uint8)


def saved(picture: Image.Image | NDArray[Any], kind: str, **options: Any) -> bytes:
    if isinstance(picture, np.ndarray):
        picture = Image.fromarray(picture)
    buffer = io.BytesIO()
    picture.save(buffer, format=kind, **options)
    return buffer.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def crafted_png(
    rows: NDArray[Any], bits: int, colour_type: int, extra: bytes = b"", size: int | None = None
) -> bytes:
    """A PNG written by hand: Pillow writes neither 16-bit RGB nor lies about the size."""
    height, width = (size, size) if size else rows.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, bits, colour_type, 0, 0, 0)
    lines = b"".join(b"\0" + row.tobytes() for row in rows)
    body = extra + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + body


def refusal(data: bytes) -> str:
    """The one sentence (or two) with which bytes are refused."""
    with pytest.raises(ImageError) as caught:
        images.decode(data)
    message = str(caught.value)
    assert message.endswith("."), message
    assert "\n" not in message
    assert len(message) < 200
    return message
