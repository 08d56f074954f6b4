"""ICC profiles of screens and printers, for pictures that need one."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

_D50, _D65 = np.array([0.9642, 1.0, 0.8249]), np.array([0.95047, 1.0, 1.08883])
_BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)


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
