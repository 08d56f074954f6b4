"""A file gives the device the pixels that it gives the core, or the core's own sentence."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser

from benchmarks.ondevice.runtimes import Chromium
from benchmarks.ondevice.varied_files import (
    compare_varied,
    insert_chunk,
    make_files,
    read_varied,
    write,
)
from facemask_core.errors import ImageError
from facemask_core.pictures import images
from facemask_core.web.export import export_finder, export_model

MODEL = "mobilenetv3"
HEIC = Path(__file__).parents[1] / "core" / "pictures" / "heic" / "phone.heic"
PROFILE_LEVELS = 1
"""By how much the colours of a profile may differ, which each library rounds in its own way."""
INK_LEVELS = 60
"""The same of a print, whose inks a browser converts without the core's black point."""
ROUNDED = ("PNG, 16 bits of grey", "WebP, half transparent")
"""Files of which a browser rounds the values otherwise."""
MOST_OF_ANSWER = 0.005


@pytest.fixture(scope="module")
def browser(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    folder = tmp_path_factory.mktemp(MODEL)
    export_model(MODEL, folder)
    export_finder(folder)
    with Chromium(chromium) as runtime:
        runtime.open([folder], finder=folder)
        yield runtime


def most_levels(name: str) -> int:
    if "CMYK with" in name:
        return INK_LEVELS
    return PROFILE_LEVELS if "P3" in name or "RGB" in name or name in ROUNDED else 0


def test_every_kind_of_file_gives_the_cores_pixels(browser: Chromium) -> None:
    for name, found in compare_varied(browser, [MODEL], make_files(read_varied())).items():
        assert found["largest_difference"] <= most_levels(name), (name, found)
        assert found["answers_apart"] < MOST_OF_ANSWER, (name, found)


def test_what_the_core_refuses_is_refused_in_its_words(browser: Chromium) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (40, 48, 3), dtype=np.uint8)
    frames = [Image.fromarray(noise), Image.fromarray(255 - noise)]
    moving = {"save_all": True, "append_images": frames[1:]}
    jpeg, png = write(noise, "JPEG"), write(noise, "PNG")
    clear = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    flat = Image.new("RGB", (10_000, 6_000))
    for name, file in {
        "an animated GIF": write(frames[0], "GIF", **moving),
        "a text named .jpg": b"Dear Sir or Madam, this is no picture.",
        "a drawing": b'<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"/>',
        "one pixel": write(noise[:1, :1], "PNG"),
        "60 megapixels": write(Image.new("1", (10_000, 6_000)), "PNG"),
        "as many in a WebP": write(Image.new("L", (10_000, 6_000)), "WEBP", method=0),
        "as many in a lossless WebP": write(flat, "WEBP", lossless=True, method=0),
        "an animated WebP": write(frames[0], "WEBP", **moving),
        "an animated PNG": write(frames[0], "PNG", **moving),
        "nothing visible": write(clear, "PNG"),
        "nothing": b"",
        "a JPEG cut short": jpeg[: len(jpeg) // 2],
        "a PNG cut short": png[: len(png) // 2],
        "a JPEG's first bytes": jpeg[:3],
        "a JPEG of many passes": jpeg + b"\xff\xda" * 200,
    }.items():
        with pytest.raises(ImageError) as refusal:
            images.decode(file)
        with pytest.raises(RuntimeError) as own:
            browser.decode(file)
        assert str(own.value) == str(refusal.value), name


def test_what_this_browser_cannot_read_gets_a_sentence(browser: Chromium) -> None:
    assert images.decode(HEIC.read_bytes()).any()
    with pytest.raises(RuntimeError, match="HEIC picture cannot be read; save it as JPEG"):
        browser.decode(HEIC.read_bytes())


def test_notes_that_lie_about_the_turn_do_no_harm(browser: Chromium) -> None:
    """An orientation that there is none of, a directory outside the file, and a note cut short."""
    pixels = np.random.default_rng(0).integers(0, 256, (40, 48, 3), dtype=np.uint8)
    entry = struct.pack("<HHIHH", 0x0112, 3, 1, 9, 0)
    directory = b"II*\0" + struct.pack("<IH", 8, 1) + entry + bytes(4)
    for note in (directory, b"II*\0\xff\xff\xff\x7f", directory[:12], b"", b"MM"):
        for file in (
            insert_chunk(write(pixels, "PNG"), b"eXIf", note),
            write(pixels, "WEBP", lossless=True, exif=note),
        ):
            assert np.array_equal(browser.decode(file), images.decode(file)), note
