"""A photograph from a phone, HEIC, is the picture that the phone shows."""

from __future__ import annotations

import struct
import subprocess
import sys
from typing import Any

import heic_files
import numpy as np
import pytest
from decoding_in_place import in_place  # noqa: F401  (a fixture)
from numpy.typing import NDArray
from picture_files import flat, refusal, saved

from benchmarks.colour_profiles import screen_profile
from facemask_core.data import samples
from facemask_core.pictures import images

LINEAR = screen_profile(((0.64, 0.33), (0.30, 0.60), (0.15, 0.06)), 1.0)
RED, GREEN, BLUE, BLACK = (254, 0, 0), (0, 255, 1), (0, 0, 254), (0, 0, 0)
TILE = (heic_files.TILE, heic_files.TILE)
TURNED = {
    1: ((RED, GREEN), (BLUE, BLACK)),
    2: ((GREEN, RED), (BLACK, BLUE)),
    3: ((BLACK, BLUE), (GREEN, RED)),
    4: ((BLUE, BLACK), (RED, GREEN)),
    5: ((RED, BLUE), (GREEN, BLACK)),
    6: ((BLUE, RED), (BLACK, GREEN)),
    7: ((BLACK, GREEN), (BLUE, RED)),
    8: ((GREEN, BLACK), (RED, BLUE)),
}
"""The quarters of the stored picture as a viewer shows them, by the camera's orientation."""
_TURNS = {8: 1, 3: 2, 6: 3}
"""The same in quarters counter-clockwise, as the file's own turn is written."""


def portrait() -> NDArray[np.uint8]:
    return images.resize(images.decode(samples.get("portrait-04").path.read_bytes()))


def quarters(**options: Any) -> NDArray[np.int64]:
    """The decoded picture's four colours, as rows of two."""
    pixels = images.decode(heic_files.pack("quarters", heic_files.QUARTERS, **options))
    height, width, _ = pixels.shape
    centres = pixels[height // 4 :: height // 2, width // 4 :: width // 2]
    return centres.astype(int)


def test_what_a_phone_writes_is_read_upright_and_without_what_lies_beside_it() -> None:
    """The file says twice that it lies, as an iPhone's does, and holds a second, green picture."""
    pixels = images.decode(heic_files.read("phone"))
    assert pixels.shape == (224, 224, 3)
    assert np.abs(pixels.astype(int) - portrait()).mean() < 4


@pytest.mark.parametrize("repeats", [None, (2, 2)], ids=["one", "tiles"])
def test_a_profile_is_converted(repeats: tuple[int, int] | None) -> None:
    data = heic_files.pack("flat", TILE, repeats=repeats, profile=LINEAR)
    as_png = saved(flat(200, 100, 50), "PNG", icc_profile=LINEAR)
    assert images.decode(as_png)[0, 0].min() > 100, "far from what the file holds"
    assert np.abs(images.decode(data).astype(int) - images.decode(as_png)[0, 0]).max() <= 2


@pytest.mark.parametrize("orientation", TURNED)
@pytest.mark.parametrize("byte_order", "><")
def test_the_camera_s_orientation_counts_where_the_file_does_not_turn_itself(
    orientation: int, byte_order: str
) -> None:
    exif = heic_files.tell_orientation(orientation, byte_order)
    assert np.abs(quarters(exif=exif) - TURNED[orientation]).max() < 8


@pytest.mark.parametrize("orientation", _TURNS)
@pytest.mark.parametrize("twice", [True, False])
def test_a_file_that_turns_itself_is_not_turned_twice(orientation: int, twice: bool) -> None:
    exif = heic_files.tell_orientation(orientation) if twice else b""
    turned = quarters(exif=exif, quarter_turns=_TURNS[orientation])
    assert np.abs(turned - TURNED[orientation]).max() < 8


def test_a_photograph_of_tiles_is_read_whole() -> None:
    pixels = images.decode(
        heic_files.pack("quarters", heic_files.QUARTERS, repeats=(2, 3), claim=(100, 300))
    )
    assert pixels.shape == (100, 300, 3)
    for column in (0, 128, 256):
        for row in (0, 64):
            assert np.abs(pixels[row + 16, column + 16].astype(int) - RED).max() < 8


def test_transparency_is_laid_over_white() -> None:
    pixels = images.decode(heic_files.read("half")).astype(int)
    assert (pixels[:30] >= 250).all()
    assert np.abs(pixels[34:] - [200, 0, 100]).max() < 8


def test_a_picture_that_is_all_transparent_is_refused() -> None:
    assert "Nothing can be seen in this picture" in refusal(heic_files.read("transparent"))


@pytest.mark.parametrize("claim", [(32, 32), (64, 64), (640, 640)])
def test_a_file_that_is_wrong_about_its_size_is_refused(claim: tuple[int, int]) -> None:
    assert "HEIC" in refusal(heic_files.pack("flat", TILE, claim=claim))


@pytest.mark.parametrize("claim", [(6400, 6400), (2**31, 2**31)])
def test_a_claim_of_many_megapixels_is_refused(claim: tuple[int, int]) -> None:
    message = refusal(heic_files.pack("flat", TILE, claim=claim))
    assert "40 megapixels" in message or "HEIC" in message


@pytest.mark.parametrize(
    ("brand", "kind"), [(b"heic", "HEIC"), (b"mif1", "HEIC"), (b"avif", "AVIF")]
)
def test_what_a_phone_wrote_and_nobody_reads_is_named(brand: bytes, kind: str) -> None:
    message = refusal(struct.pack(">I", 24) + b"ftyp" + brand + b"\0\0\0\0mif1heic" + bytes(400))
    assert kind in message
    assert "save it as JPEG" in message


@pytest.mark.parametrize("module", ["images", "decoder"])
def test_no_encoder_is_loaded(module: str) -> None:
    """The one for HEIC is under the GPL; and the decoders run in processes of their own."""
    script = f"import sys, facemask_core.pictures.{module}; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    ).stdout.split()
    assert "pillow_heif" not in loaded
