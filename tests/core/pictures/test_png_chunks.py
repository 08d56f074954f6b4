"""What a PNG says beside its pixels costs nobody the picture."""

from __future__ import annotations

import struct
import time
import zlib

import numpy as np
import pytest
from picture_files import chunk, crafted_png, noise, refusal, saved
from PIL import Image, PngImagePlugin

from facemask_core.pictures import images, png_chunks

BIG = bytes(2**20) + b"x" * 4096


def wrong(kind: bytes, body: bytes) -> bytes:
    """A chunk with a wrong checksum."""
    return chunk(kind, body)[:-4] + b"\1\2\3\4"


def with_chunk(extra: bytes) -> bytes:
    return crafted_png(noise(), 8, 2, extra)


@pytest.mark.parametrize(
    "extra",
    [
        chunk(b"iCCP", b"scanner\0\0" + zlib.compress(BIG)),
        chunk(b"zTXt", b"workflow\0\0" + zlib.compress(BIG)),
        chunk(b"tEXt", b"workflow\0" + b"x" * 2_000_000),
        chunk(b"iTXt", b"workflow\0\1\0\0\0" + zlib.compress(BIG)),
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + b"x" * 2_000_000),
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(BIG)),
        chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(BIG)),
        chunk(b"tEXt", b"a\0" + b"x" * 900_000) * 5,
        chunk(b"prVt", bytes(3_000_000)),
    ],
    ids=[
        "profile",
        "packed text",
        "text",
        "packed words",
        "XMP",
        "packed XMP",
        "EXIF",
        "five",
        "own",
    ],
)
def test_a_long_note_does_not_cost_the_picture(extra: bytes) -> None:
    np.testing.assert_array_equal(images.decode(with_chunk(extra)), noise())


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (b"tEXt", b"a\0bc"),
        (b"zTXt", b"a\0\0" + zlib.compress(b"bc")),
        (b"iTXt", b"a\0\0\0\0\0bc"),
        (b"iCCP", b"a\0\0" + zlib.compress(b"bc")),
        (b"eXIf", b"MM\0*\0\0\0\x08\0\0"),
        (b"tIME", bytes(7)),
        (b"pHYs", bytes(9)),
        (b"gAMA", bytes(4)),
        (b"prVt", b"own"),
    ],
)
def test_a_wrong_checksum_of_a_note_does_not_cost_the_picture(kind: bytes, body: bytes) -> None:
    np.testing.assert_array_equal(images.decode(with_chunk(wrong(kind, body))), noise())


@pytest.mark.parametrize("kind", [b"IHDR", b"IDAT"])
def test_a_wrong_checksum_of_the_pixels_is_damage(kind: bytes) -> None:
    data = bytearray(with_chunk(b""))
    at = data.index(kind) - 4
    (length,) = struct.unpack_from(">I", data, at)
    data[at + 8 + length] ^= 0xFF
    assert "damaged" in refusal(bytes(data))


def test_a_wrong_checksum_of_the_palette_or_its_transparency_is_damage() -> None:
    picture = Image.fromarray(noise()).quantize(8)
    data = saved(picture, "PNG", transparency=bytes(8))
    for kind in (b"PLTE", b"tRNS"):
        broken = bytearray(data)
        broken[broken.index(kind) + 5] ^= 0xFF
        assert "damaged" in refusal(bytes(broken))


def test_the_camera_s_orientation_stays_wherever_it_is_written() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    upright = np.rot90(noise(), -1)
    packet = PngImagePlugin.PngInfo()
    packet.add_itxt("XML:com.adobe.xmp", '<rdf tiff:Orientation="6"/>')
    block = b"Exif\0\0" + exif.tobytes()[6:]
    raw = PngImagePlugin.PngInfo()
    raw.add_text("Raw profile type exif", f"\nexif\n{len(block):8}\n{block.hex()}\n", zip=True)
    for options in ({"exif": exif}, {"pnginfo": packet}, {"pnginfo": raw}):
        np.testing.assert_array_equal(images.decode(saved(noise(), "PNG", **options)), upright)


def test_what_is_no_png_or_has_no_notes_stays_as_it_is() -> None:
    for data in (saved(noise(), "PNG"), saved(noise(), "JPEG"), b"", png_chunks.SIGNATURE):
        assert png_chunks.drop_notes(data) == (data, None)


@pytest.mark.parametrize(
    "note",
    [
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(BIG)),
        chunk(b"iCCP", b"scanner\0\0" + zlib.compress(bytes(5_000_000))),
    ],
    ids=["words", "profile"],
)
def test_thousands_of_notes_are_not_all_unpacked(note: bytes) -> None:
    data = with_chunk(note * (5_000_000 // len(note)))
    started = time.process_time()
    np.testing.assert_array_equal(images.decode(data), noise())
    assert time.process_time() - started < 4, "all of them take ten seconds and more"
