"""Pictures as an attacker or a bad disk would hand them in: valid files, then damaged by rule."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Callable
from functools import cache

import heic_files
import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from benchmarks.colour_profiles import ink_profile, screen_profile

_PNG = b"\x89PNG\r\n\x1a\n"
_PROFILE = screen_profile(((0.68, 0.32), (0.265, 0.69), (0.15, 0.06)), 2.2)
_GREY_PROFILE = screen_profile((), 1.8, b"GRAY")
_INK_PROFILE = ink_profile((100, 0, 0), {8: (55, -37, -50), 4: (48, 74, -3), 2: (89, -5, 93)})
_EXTREMES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)

_PARTS = (
    b"meta", b"iloc", b"iinf", b"infe", b"iref", b"dimg", b"ipma", b"ispe", b"irot", b"clap",
    b"hvcC", b"av1C", b"pixi", b"colr", b"auxC", b"mdat", b"Exif", b"IHDR", b"iCCP", b"zTXt",
    b"acTL", b"tRNS", b"VP8X", b"VP8 ", b"VP8L", b"ICCP", b"EXIF", b"ANMF", b"acsp", b"rTRC",
    b"rXYZ", b"A2B0", b"mft1", b"curv",
)  # fmt: skip
"""Names of the parts that files and colour profiles are made of."""


@cache
def originals() -> tuple[bytes, ...]:
    """Small files of every kind that the decoder takes, and of some that it refuses."""
    pixels = np.random.default_rng(0).integers(0, 256, (40, 48, 4), np.uint8)
    pixels[10:30, 10:30] = 90  # something to compress
    rgba = Image.fromarray(pixels, "RGBA")
    rgb, grey = rgba.convert("RGB"), rgba.convert("L")
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "turned"
    notes = PngInfo()
    notes.add_text("workflow", "x" * 2_000_000, zip=True)
    notes.add_itxt("XML:com.adobe.xmp", '<rdf tiff:Orientation="6"/>')
    frames = {"save_all": True, "append_images": [rgb.rotate(90)]}
    return (
        _saved(rgb, "JPEG", exif=exif),
        _saved(rgb, "JPEG", progressive=True, subsampling=0, comment=b"hello"),
        _saved(grey, "JPEG", quality=20),
        _saved(rgb.convert("CMYK"), "JPEG"),
        _saved(rgba, "PNG"),
        _saved(rgb.quantize(16), "PNG", transparency=3),
        _saved(Image.fromarray(np.asarray(grey, np.uint16) * 257), "PNG"),
        _saved(grey.convert("1"), "PNG", exif=exif),
        _saved(rgb, "PNG", **frames),
        _saved(rgb, "WEBP", quality=60, exif=exif),
        _saved(rgba, "WEBP", lossless=True),
        _saved(rgb, "WEBP", **frames),
        _saved(rgb, "AVIF", speed=10, exif=exif),
        _saved(rgba, "AVIF", speed=10),
        heic_files.read("phone"),
        heic_files.read("half"),
        heic_files.pack(
            "quarters",
            heic_files.QUARTERS,
            repeats=(2, 2),
            exif=heic_files.tell_orientation(6),
            profile=_PROFILE,
        ),
        _saved(rgb, "JPEG", icc_profile=_PROFILE),
        _saved(rgb, "PNG", icc_profile=_PROFILE, pnginfo=notes),
        _saved(grey, "PNG", icc_profile=_GREY_PROFILE),
        _saved(rgb.convert("CMYK"), "JPEG", icc_profile=_INK_PROFILE),
        _saved(rgb, "WEBP", icc_profile=_PROFILE),
        _saved(rgb, "BMP"),
        _saved(rgb.quantize(4), "BMP"),
        _saved(rgb, "GIF", **frames),
        _saved(rgb, "TIFF"),
    )


def _saved(picture: Image.Image, kind: str, **how: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, format=kind, **how)
    return buffer.getvalue()


def damaged(case: int) -> bytes:
    """A damaged file; the same number gives the same bytes.

    Args:
        case: Number of the case, from 0.
    """
    chance = random.Random(case)  # noqa: S311  (no secret depends on it)
    data = bytearray(chance.choice(originals()))
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        chance.choice(_DAMAGES)(data, chance)
    # A reader that checks sums would stop at the first of them, and go no deeper.
    return _with_sums(bytes(data)) if chance.random() < 0.7 else bytes(data)


def _place(data: bytearray, chance: random.Random) -> int:
    """Somewhere in the file, half of the time among its headers."""
    end = max(1, len(data))
    reach = chance.choice((64, 1024)) if chance.random() < 0.5 else end
    return chance.randrange(min(end, reach))


def _flip(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.choice((1, 1, 4, 32))):
        if data:
            data[_place(data, chance)] ^= 1 << chance.randrange(8)


def _extreme(data: bytearray, chance: random.Random) -> None:
    width, place = chance.choice((1, 2, 4)), _place(data, chance)
    order = chance.choice(("big", "little"))
    value = chance.choice(_EXTREMES) & (256**width - 1)
    data[place : place + width] = value.to_bytes(width, order)


def _cut(data: bytearray, chance: random.Random) -> None:
    del data[_place(data, chance) :]


def _drop(data: bytearray, chance: random.Random) -> None:
    place = _place(data, chance)
    del data[place : place + chance.choice((1, 4, 16, 256))]


def _repeat(data: bytearray, chance: random.Random) -> None:
    place = _place(data, chance)
    part = data[place : place + chance.choice((1, 12, 64, 512))]
    data[place:place] = part * chance.choice((1, 2, 50))


def _splice(data: bytearray, chance: random.Random) -> None:
    other = chance.choice(originals())
    data[_place(data, chance) :] = other[chance.randrange(len(other)) :]


def _noise(data: bytearray, chance: random.Random) -> None:
    place = _place(data, chance)
    data[place : place + 16] = chance.randbytes(chance.randrange(32))


def _aim(data: bytearray, chance: random.Random) -> None:
    """An extreme number where a part of the file tells its length, size or count."""
    names = [name for name in _PARTS if name in data]
    if names:
        place = data.index(chance.choice(names)) + chance.choice((-4, 4, 8, 12, 16, 20))
        width, order = chance.choice((1, 2, 4)), chance.choice(("big", "little"))
        value = chance.choice((*_EXTREMES, 32, 4096, 65_536, chance.randrange(2**16)))
        data[place : place + width] = (value & (256**width - 1)).to_bytes(width, order)


def _append(data: bytearray, chance: random.Random) -> None:
    data += chance.choice((chance.randbytes(40), b"\0" * 4000, chance.choice(originals())))


_DAMAGES: tuple[Callable[[bytearray, random.Random], None], ...] = (
    _flip, _flip, _extreme, _extreme, _cut, _drop, _repeat, _splice, _noise, _append, _aim, _aim,
)  # fmt: skip


def _with_sums(data: bytes) -> bytes:
    """Makes the checksums of a PNG's chunks right again, as far as it still has chunks."""
    if not data.startswith(_PNG):
        return data
    rest, mended = data[len(_PNG) :], _PNG
    while len(rest) >= 12:
        (length,) = struct.unpack(">I", rest[:4])
        if length > len(rest) - 12:
            break
        body = rest[4 : 8 + length]
        mended += rest[:4] + body + struct.pack(">I", zlib.crc32(body))
        rest = rest[12 + length :]
    return mended + rest
