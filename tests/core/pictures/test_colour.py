"""The same face is the same pixels, whichever colour profile its file was saved with."""

from __future__ import annotations

import io
import struct
import time
import zlib

import numpy as np
import pytest
from decoding_in_place import in_place  # noqa: F401  (a fixture)
from numpy.typing import NDArray
from picture_files import chunk, crafted_png, flat, noise, saved
from PIL import Image, ImageCms

from benchmarks.colour_profiles import ink_profile, screen_profile
from facemask_core.data import samples
from facemask_core.pictures import colour, images

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
SRGB_PRIMARIES = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
SCREENS = {
    "P3": screen_profile(((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)), 2.2),
    "Adobe RGB": screen_profile(((0.64, 0.33), (0.21, 0.71), (0.15, 0.06)), 2.19921875),
    "ProPhoto": screen_profile(((0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001)), 1.8),
    "linear": screen_profile(SRGB_PRIMARIES, 1.0),
}
INKS = ink_profile((100, 0, 0), {8: (55, -37, -50), 4: (48, 74, -3), 2: (89, -5, 93)})


def portrait() -> NDArray[np.uint8]:
    return images.resize(images.decode(samples.get("portrait-04").path.read_bytes()), 96)


def stored(pixels: NDArray[np.uint8], profile: bytes) -> Image.Image:
    """The picture with the levels that show the same colours under a profile."""
    target = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    picture = Image.fromarray(pixels)
    converted = ImageCms.profileToProfile(
        picture,
        ImageCms.createProfile("sRGB"),
        target,
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="RGB",
    )
    assert converted is not None
    return converted


@pytest.mark.parametrize("name", SCREENS)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a_face_in_another_colour_space_is_the_same_face(name: str, kind: str) -> None:
    face = portrait()
    data = saved(
        stored(face, SCREENS[name]), kind, icc_profile=SCREENS[name], quality=95, lossless=True
    )
    apart = np.abs(images.decode(data).astype(int) - face)
    ignored = np.abs(np.asarray(stored(face, SCREENS[name]), int) - face)
    assert apart.mean() < min(4, ignored.mean()), "a linear curve keeps few dark levels"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_the_profile_of_srgb_changes_no_pixel(kind: str) -> None:
    rounded = screen_profile(SRGB_PRIMARIES, 2.2)
    for profile in (SRGB, SRGB + bytes(100)):
        with_it, without = (saved(noise(), kind, icc_profile=icc) for icc in (profile, None))
        np.testing.assert_array_equal(images.decode(with_it), images.decode(without))
    assert colour.make_transform(rounded, "RGB") is not None, "a plain exponent is another curve"


def test_transparency_is_laid_over_white_after_the_colours_are_converted() -> None:
    pixels = flat(200, 40, 40, 255)
    pixels[:20, :, 3] = 0
    data = saved(pixels, "PNG", icc_profile=SCREENS["linear"])
    opaque = images.decode(saved(pixels[:, :, :3].copy(), "PNG", icc_profile=SCREENS["linear"]))
    decoded = images.decode(data)
    assert (decoded[:20] == 255).all()
    np.testing.assert_array_equal(decoded[20:], opaque[20:])


def test_a_palette_is_converted() -> None:
    picture = Image.fromarray(noise()).quantize(32)
    expected = images.decode(saved(picture.convert("RGB"), "PNG", icc_profile=SCREENS["linear"]))
    np.testing.assert_array_equal(
        images.decode(saved(picture, "PNG", icc_profile=SCREENS["linear"])), expected
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_greyscale_with_a_curve_of_its_own_is_converted(kind: str) -> None:
    profile = screen_profile((), 1.0, b"GRAY")
    decoded = images.decode(saved(flat(55)[:, :, 0], kind, icc_profile=profile))
    assert np.abs(decoded.astype(int) - 128).max() <= 2, "0.2157 of the light is level 128 in sRGB"


def test_sixteen_bit_greyscale_is_converted_too() -> None:
    profile = screen_profile((), 1.0, b"GRAY")
    deep = np.full((32, 32), 55 * 257, np.uint16)
    decoded = images.decode(saved(deep, "PNG", icc_profile=profile))
    assert np.abs(decoded.astype(int) - 128).max() <= 2


@pytest.mark.parametrize(
    ("ink", "expected"),
    [
        ((255, 0, 0, 0), (0, 149, 219)),
        ((0, 255, 0, 0), (216, 5, 120)),
        ((0, 0, 0, 0), (255, 255, 255)),
        ((0, 0, 0, 255), (0, 0, 0)),
    ],
    ids=["cyan", "magenta", "paper", "black"],
)
def test_a_print_has_the_colours_of_its_inks(
    ink: tuple[int, ...], expected: tuple[int, ...]
) -> None:
    picture = Image.new("CMYK", (40, 40), ink)
    decoded = images.decode(saved(picture, "JPEG", icc_profile=INKS, quality=95))
    assert np.abs(decoded.astype(int) - expected).max() <= 12, decoded[0, 0]


BROKEN = {
    "noise": noise().tobytes()[:600],
    "cut": SCREENS["linear"][:200],
    "no curves": SCREENS["linear"].replace(b"TRC", b"TRX"),
    "black": SCREENS["linear"].replace(b"curv", b"XYZ "),
    "of inks": INKS,
    "of greys": screen_profile((), 1.0, b"GRAY"),
    "said to be of inks": screen_profile(SRGB_PRIMARIES, 1.0, b"CMYK"),
    "of no device": SCREENS["linear"].replace(b"mntr", b"link"),
    "far too long": SCREENS["linear"] + bytes(5_000_000),
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_profile_that_is_broken_or_does_not_fit_is_ignored(name: str, kind: str) -> None:
    with_it = saved(noise(), kind, icc_profile=BROKEN[name])
    np.testing.assert_array_equal(images.decode(with_it), images.decode(saved(noise(), kind)))


def test_a_profile_under_which_nothing_is_light_is_ignored() -> None:
    dark = bytearray(SCREENS["linear"])
    for name in (b"rXYZ", b"gXYZ", b"bXYZ"):
        (offset,) = struct.unpack_from(">I", dark, dark.index(name) + 4)
        dark[offset + 8 : offset + 20] = bytes(12)
    data = saved(noise(), "PNG", icc_profile=bytes(dark))
    np.testing.assert_array_equal(images.decode(data), noise())


def test_a_profile_packed_a_thousandfold_is_not_unpacked() -> None:
    packed = b"name\0\0" + zlib.compress(bytes(30_000_000))
    data = crafted_png(noise(), 8, 2, chunk(b"iCCP", packed))
    started = time.monotonic()
    np.testing.assert_array_equal(images.decode(data), noise())
    assert time.monotonic() - started < 5
