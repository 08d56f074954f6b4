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


def screen_profile(
    primaries: tuple[tuple[float, float], ...], gamma: float, space: bytes = b"RGB "
) -> bytes:
    """An ICC profile of a screen with these primaries (xy of red, green and blue) and this curve.

    Args:
        primaries: White is D65; empty for greyscale.
        gamma: The exponent of the curve.
        space: The colour space that the header tells.
    """
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256))
    tags = {b"wtpt": _xyz(_D50)}
    if primaries:
        to_d50 = np.linalg.inv(_BRADFORD) @ np.diag((_BRADFORD @ _D50) / (_BRADFORD @ _D65))
        columns = np.array([[x / y, 1, (1 - x - y) / y] for x, y in primaries]).T
        matrix = to_d50 @ (columns * np.linalg.solve(columns, _D65))
        for name, column in zip("rgb", matrix.T, strict=True):
            tags[f"{name}XYZ".encode()], tags[f"{name}TRC".encode()] = _xyz(column), curve
    else:
        tags[b"kTRC"] = curve
    return _packed_profile(tags, b"mntr", space, b"XYZ ")


def ink_profile(paper: tuple[int, int, int], inks: dict[int, tuple[int, int, int]]) -> bytes:
    """An ICC profile of a printer whose inks mix evenly between the given corners.

    Args:
        paper: L, a and b of no ink.
        inks: L, a and b by the inks that are full: bits 8, 4, 2, 1 for cyan to black. All others
            are black.
    """
    corners = [inks.get(corner, (0, 0, 0)) if corner else paper for corner in range(16)]
    lab = bytes(v for (light, a, b) in corners for v in (light * 255 // 100, a + 128, b + 128))
    identity = b"".join(struct.pack(">i", round(65536 * v)) for v in np.eye(3).ravel())
    table = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + identity
    table += bytes(range(256)) * 4 + lab + bytes(range(256)) * 3
    tags = {b"wtpt": _xyz(_D50), b"A2B0": table, b"A2B1": table}
    return _packed_profile(tags, b"prtr", b"CMYK", b"Lab ")


_D50, _D65 = np.array([0.9642, 1.0, 0.8249]), np.array([0.95047, 1.0, 1.08883])
_BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)


def _xyz(values: NDArray[Any]) -> bytes:
    return b"XYZ " + bytes(4) + b"".join(struct.pack(">i", round(65536 * v)) for v in values)


def _packed_profile(tags: dict[bytes, bytes], kind: bytes, space: bytes, pcs: bytes) -> bytes:
    tags = {
        b"desc": b"desc" + bytes(4) + struct.pack(">I", 5) + b"test\0" + bytes(78),
        b"cprt": b"text" + bytes(4) + b"none\0",
        **tags,
    }
    at, table, body = 132 + 12 * len(tags), b"", b""
    for name, data in tags.items():
        table += name + struct.pack(">II", at + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    head = struct.pack(">I4sI4s4s4s", at + len(body), b"test", 0x02100000, kind, space, pcs)
    head += struct.pack(">6H", 2024, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + _xyz(_D50)[8:]
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body
