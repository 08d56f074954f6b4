"""HEIC files as phones write them: committed pictures, packed anew with what a test needs.

Nothing here encodes. The pictures were encoded once, from the project's own portraits and from
plain colours; tests put other boxes around them (ISO 14496-12 and 23008-12).
"""

from __future__ import annotations

import struct
from functools import cache
from itertools import accumulate
from pathlib import Path

FOLDER = Path(__file__).parent / "pictures" / "heic"
QUARTERS = (64, 128)
"""Height and width of quarters.heic: red, green, blue and black, read like a text."""
TILE = 512
"""Side of flat.heic, a tile of the size that an iPhone's photographs are made of."""
_ESSENTIAL = 0x80


@cache
def read(name: str) -> bytes:
    """One of the committed files.

    Args:
        name: Its name without the ending.
    """
    return (FOLDER / f"{name}.heic").read_bytes()


def tell_orientation(orientation: int, byte_order: str = ">") -> bytes:
    """Camera data that hold an orientation and nothing else, as an item of a HEIC holds them.

    Args:
        orientation: The value, 1 to 8 as defined.
        byte_order: ">" or "<", as in :mod:`struct`.
    """
    start = b"MM" if byte_order == ">" else b"II"
    head = struct.pack(byte_order + "HI", 42, 8)
    entry = struct.pack(byte_order + "HHHIHHI", 1, 0x0112, 3, 1, orientation, 0, 0)
    return struct.pack(">I", 0) + start + head + entry


def pack(
    name: str,
    size: tuple[int, int],
    *,
    repeats: tuple[int, int] | None = None,
    claim: tuple[int, int] | None = None,
    exif: bytes = b"",
    profile: bytes = b"",
    quarter_turns: int = 0,
) -> bytes:
    """Packs the pixels of a committed file into a new file.

    Args:
        name: The committed file.
        size: Height and width of its picture.
        repeats: Rows and columns in which that picture is repeated; None for the picture alone.
        claim: Height and width that the file tells; None for the right ones.
        exif: Camera data, as of :func:`tell_orientation`.
        profile: An ICC profile.
        quarter_turns: By how many quarters, counter-clockwise, the file says that it is turned.
    """
    coding, pixels = _read_coded(read(name))
    rows, columns = repeats or (1, 1)
    whole = claim or (size[0] * rows, size[1] * columns)
    properties = [coding, _size(size if repeats else whole)]
    on_picture = [1 | _ESSENTIAL, 2]
    # No item may be used twice, but two may lie at the same place in the file.
    tiles = range(1, rows * columns + 1)
    items = [(number, b"hvc1", pixels) for number in tiles]
    links = {tile: [1 | _ESSENTIAL, 2] for tile in tiles}
    references = b""
    if repeats:
        shape = struct.pack(">BBBBII", 0, 1, rows - 1, columns - 1, whole[1], whole[0])
        items.append((len(items) + 1, b"grid", shape))
        numbers = struct.pack(f">HH{len(tiles)}H", len(items), len(tiles), *tiles)
        references += _box(b"dimg", numbers)
        properties.append(_size(whole))
        on_picture = [3]
    for content in (
        _box(b"colr", b"prof" + profile) if profile else b"",
        _box(b"irot", bytes([quarter_turns])) if quarter_turns else b"",
    ):
        if content:
            properties.append(content)
            on_picture.append(len(properties) | _ESSENTIAL)
    picture = len(items)
    links[picture] = on_picture
    if exif:
        items.append((picture + 1, b"Exif", exif))
        references += _box(b"cdsc", struct.pack(">HHH", picture + 1, 1, picture))
    return _join(items, picture, references, properties, links)


def _join(
    items: list[tuple[int, bytes, bytes]],
    picture: int,
    references: bytes,
    properties: list[bytes],
    links: dict[int, list[int]],
) -> bytes:
    """The file of items (number, kind, content), of which one is the picture."""
    infos = b"".join(
        _full(
            b"infe",
            struct.pack(">HH4s", number, 0, kind) + b"\0",
            version=2,
            flags=int(kind == b"hvc1" and number != picture),  # a tile is no picture of its own
        )
        for number, kind, _ in items
    )
    association = b"".join(
        struct.pack(">HB", number, len(those)) + bytes(those) for number, those in links.items()
    )
    boxes = [
        _full(b"hdlr", bytes(4) + b"pict" + bytes(13)),
        _full(b"pitm", struct.pack(">H", picture)),
        _full(b"iinf", struct.pack(">H", len(items)) + infos),
        _full(b"iref", references) if references else b"",
        _box(
            b"iprp",
            _box(b"ipco", b"".join(properties))
            + _full(b"ipma", struct.pack(">I", len(links)) + association),
        ),
    ]
    start = _box(b"ftyp", b"heic\0\0\0\0mif1heic")
    rest = b"".join(boxes)
    places_length = 16 + 14 * len(items)
    at = len(start) + 12 + len(rest) + places_length + 8
    contents = list(dict.fromkeys(content for *_, content in items))
    place_of = dict(zip(contents, accumulate(map(len, contents), initial=at), strict=False))
    places = b"".join(
        struct.pack(">HHHII", number, 0, 1, place_of[content], len(content))
        for number, _, content in items
    )
    head = bytes([0x44, 0x00]) + struct.pack(">H", len(items))
    meta = _full(b"meta", rest + _full(b"iloc", head + places))
    return start + meta + _box(b"mdat", b"".join(contents))


def _read_coded(data: bytes) -> tuple[bytes, bytes]:
    """The box that tells how the first picture of a committed file is coded, and its pixels."""
    at = data.index(b"hvcC") - 4
    (length,) = struct.unpack_from(">I", data, at)
    base, _, offset, size = struct.unpack_from(">IHII", data, data.index(b"iloc") + 16)
    return data[at : at + length], data[base + offset : base + offset + size]


def _size(size: tuple[int, int]) -> bytes:
    return _full(b"ispe", struct.pack(">II", size[1], size[0]))


def _full(kind: bytes, body: bytes, version: int = 0, flags: int = 0) -> bytes:
    return _box(kind, bytes([version, 0, 0, flags]) + body)


def _box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), kind) + body
