"""Untrusted bytes become an upright 8-bit RGB array or one sentence; arrays become exact PNGs."""

from __future__ import annotations

import contextlib
import io
import struct
import time
import zlib
from collections.abc import Callable
from typing import Any

import needs
import numpy as np
import peak_memory
import pytest
from decoding_in_place import in_place  # noqa: F401  (a fixture)
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from picture_files import SIDE, chunk, crafted_png, flat, noise, refusal, saved
from PIL import Image

from facemask_core.errors import ImageError
from facemask_core.pictures import decoding, images

ORIENTATION = 0x112
STORED: dict[int, Callable[[NDArray[Any]], NDArray[Any]]] = {
    1: lambda upright: upright,
    2: np.fliplr,
    3: lambda upright: np.rot90(upright, 2),
    4: np.flipud,
    5: lambda upright: upright.swapaxes(0, 1),
    6: lambda upright: np.rot90(upright, 1),
    7: lambda upright: np.rot90(upright, 2).swapaxes(0, 1),
    8: lambda upright: np.rot90(upright, -1),
}
"""How a camera stores an upright scene under each EXIF orientation."""


def assert_legal(pixels: NDArray[np.uint8]) -> None:
    assert pixels.dtype == np.uint8
    assert pixels.ndim == 3
    assert pixels.shape[2] == 3
    assert min(pixels.shape[:2]) >= images.MIN_SIDE
    assert pixels.flags.writeable


VALID = {
    "jpeg": saved(noise(), "JPEG", quality=90),
    "progressive jpeg": saved(noise(), "JPEG", progressive=True),
    "png": saved(noise(), "PNG"),
    "palette png": saved(Image.fromarray(noise()).convert("P"), "PNG", transparency=bytes(99)),
    "webp": saved(noise(), "WEBP"),
    "lossless webp": saved(noise(), "WEBP", lossless=True),
    "bmp": saved(noise(), "BMP"),
}


# What is accepted, and how it looks afterwards


@pytest.mark.parametrize("kind", ["PNG", "BMP"])
def test_a_lossless_file_keeps_every_level(kind: str) -> None:
    pixels = np.arange(256, dtype=np.uint8).repeat(12).reshape(32, 32, 3)
    np.testing.assert_array_equal(images.decode(saved(pixels, kind)), pixels)


def test_a_lossless_webp_keeps_every_level() -> None:
    np.testing.assert_array_equal(images.decode(saved(noise(), "WEBP", lossless=True)), noise())


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "AVIF"])
def test_a_lossy_file_keeps_its_colours(kind: str) -> None:
    pixels = images.decode(saved(flat(200, 100, 50), kind, quality=95))
    assert np.abs(pixels.astype(int) - [200, 100, 50]).max() <= 6


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF"])
def test_a_rotated_photograph_stands_upright(kind: str, orientation: int) -> None:
    upright = np.zeros((48, 64, 3), np.uint8)
    upright[:24, :32], upright[:24, 32:], upright[24:, :32] = (255, 0, 0), (0, 255, 0), (0, 0, 255)
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    stored = np.ascontiguousarray(STORED[orientation](upright))
    pixels = images.decode(saved(stored, kind, exif=exif))
    assert pixels.shape == upright.shape
    centres = pixels[12::24, 16::32].astype(int)
    assert np.abs(centres - upright[12::24, 16::32]).max() < 40
    if kind == "PNG":
        np.testing.assert_array_equal(pixels, upright)


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_impossible_orientation_changes_nothing(orientation: int) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    np.testing.assert_array_equal(images.decode(saved(noise(), "PNG", exif=exif)), noise())


@pytest.mark.parametrize(
    "exif", [b"", b"garbage", b"MM\0*\xff\xff\xff\xff", b"II*\0\x08\0\0\0\x09"]
)
def test_damaged_camera_data_does_not_cost_the_picture(exif: bytes) -> None:
    pixels = images.decode(saved(noise(), "JPEG", exif=b"Exif\0\0" + exif))
    np.testing.assert_array_equal(pixels, images.decode(saved(noise(), "JPEG")))


def test_damaged_camera_data_prints_no_warning(recwarn: pytest.WarningsRecorder) -> None:
    """Python's warning would stand between the command line's answers."""
    images.decode(saved(noise(), "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff"))
    assert not list(recwarn)


def test_a_photograph_with_an_embedded_preview_is_read() -> None:
    """Many cameras put a small preview behind the photograph (MPO); that is no animation."""
    preview = Image.fromarray(noise(seed=1))
    data = saved(noise(), "MPO", save_all=True, append_images=[preview])
    np.testing.assert_array_equal(images.decode(data), images.decode(saved(noise(), "JPEG")))


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_transparency_is_laid_over_white(kind: str) -> None:
    pixels = flat(200, 0, 100, 255)
    pixels[:20, :, 3] = 0  # nothing of the hidden colour may show
    pixels[20:30, :, 3] = 128
    decoded = images.decode(saved(pixels, kind, lossless=True)).astype(int)
    assert (decoded[:20] == 255).all()
    assert np.abs(decoded[20:30] - [227, 127, 177]).max() <= 1
    assert (decoded[30:] == [200, 0, 100]).all()


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF"])
def test_a_picture_that_is_all_transparent_is_refused(kind: str) -> None:
    """It would be judged as a white sheet."""
    pixels = flat(200, 0, 100, 0)
    assert "Nothing can be seen in this picture" in refusal(saved(pixels, kind, lossless=True))


def test_all_transparent_greys_and_palettes_are_refused_and_a_single_dot_is_not() -> None:
    palette = Image.new("P", (SIDE, SIDE))
    for picture, options in (
        (Image.fromarray(flat(40, 0)), {}),
        (Image.fromarray(flat(10, 20, 30)), {"transparency": (10, 20, 30)}),
        (Image.fromarray(np.full((SIDE, SIDE), 257, np.uint16)), {"transparency": 257}),
        (palette, {"transparency": 0}),
    ):
        assert "Nothing can be seen" in refusal(saved(picture, "PNG", **options))
    dot = flat(40, 0)
    dot[3, 5] = (0, 255)
    assert images.decode(saved(dot, "PNG"))[3, 5].max() == 0


@pytest.mark.parametrize("alpha", [0, 255])
def test_the_fourth_byte_of_a_bitmap_is_padding_where_it_is_empty(alpha: int) -> None:
    """Windows' programs and clipboards leave it so."""
    pixels = noise(SIDE, SIDE)
    rows = np.dstack([pixels[::-1, :, ::-1], np.full((SIDE, SIDE), alpha, np.uint8)]).tobytes()
    masks = struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    header = struct.pack("<IiiHHIIiiII", 124, SIDE, SIDE, 1, 32, 3, len(rows), 0, 0, 0, 0) + masks
    header = header.ljust(124, b"\0")
    start = struct.pack("<2sIHHI", b"BM", 138 + len(rows), 0, 0, 138)
    np.testing.assert_array_equal(images.decode(start + header + rows), pixels)


def test_a_picture_larger_than_a_strip_is_converted_whole() -> None:
    pixels = noise(1100, 1000)
    alpha = np.full((1100, 1000, 1), 255, np.uint8)
    alpha[0] = 0
    for data in (saved(pixels, "PNG"), saved(np.dstack([pixels, alpha]), "PNG")):
        np.testing.assert_array_equal(images.decode(data)[1:], pixels[1:])


def test_transparent_grey_is_laid_over_white() -> None:
    pixels = flat(40, 255)
    pixels[:20, :, 1] = 0
    decoded = images.decode(saved(pixels, "PNG"))
    assert (decoded[:20] == 255).all()
    assert (decoded[20:] == 40).all()


@pytest.mark.parametrize("transparency", [1, b"\xff\0"], ids=["one colour", "a value per colour"])
def test_a_transparent_palette_colour_becomes_white(transparency: int | bytes) -> None:
    picture = Image.new("P", (SIDE, SIDE))
    picture.putpalette([10, 20, 30, 200, 0, 0])
    picture.paste(1, (0, 0, SIDE, 20))
    decoded = images.decode(saved(picture, "PNG", transparency=transparency))
    assert (decoded[:20] == 255).all()
    assert (decoded[20:] == [10, 20, 30]).all()


def test_a_colour_marked_as_transparent_becomes_white() -> None:
    pixels = flat(10, 20, 30)
    pixels[:20] = (200, 0, 0)
    decoded = images.decode(saved(pixels, "PNG", transparency=(200, 0, 0)))
    assert (decoded[:20] == 255).all()
    assert (decoded[20:] == [10, 20, 30]).all()


def test_a_palette_keeps_its_colours() -> None:
    picture = Image.fromarray(noise()).quantize(64)
    np.testing.assert_array_equal(
        images.decode(saved(picture, "PNG")), np.asarray(picture.convert("RGB"))
    )


def test_greyscale_becomes_three_equal_channels() -> None:
    grey = noise()[:, :, 0]
    decoded = images.decode(saved(grey, "PNG"))
    np.testing.assert_array_equal(decoded, np.stack([grey] * 3, axis=2))


def test_a_one_bit_picture_is_black_and_white() -> None:
    bits = noise()[:, :, 0] > 127
    decoded = images.decode(saved(Image.fromarray(bits), "PNG"))
    np.testing.assert_array_equal(decoded[:, :, 1], np.where(bits, 255, 0))


def test_a_cmyk_photograph_keeps_its_colours() -> None:
    picture = Image.fromarray(flat(200, 100, 50)).convert("CMYK")
    decoded = images.decode(saved(picture, "JPEG", quality=95))
    assert np.abs(decoded.astype(int) - [200, 100, 50]).max() <= 6


def test_sixteen_bit_grey_is_scaled_not_clipped() -> None:
    levels = np.arange(256, dtype=np.uint16).repeat(8).reshape(32, 64)
    decoded = images.decode(saved(levels * 257, "PNG"))
    np.testing.assert_array_equal(decoded, np.stack([levels] * 3, axis=2))


@pytest.mark.parametrize(
    ("deep", "level"), [(0, 0), (128, 0), (129, 1), (32768, 128), (65535, 255)]
)
def test_sixteen_bit_grey_is_rounded_to_the_nearest_level(deep: int, level: int) -> None:
    assert (images.decode(saved(np.full((32, 32), deep, np.uint16), "PNG")) == level).all()


def test_sixteen_bit_colour_is_scaled() -> None:
    levels = noise()
    rows = (levels.astype(np.uint16) * 257).astype(">u2")
    np.testing.assert_array_equal(images.decode(crafted_png(rows, 16, 2)), levels)


def test_a_picture_of_the_smallest_legal_size_is_read() -> None:
    assert images.decode(saved(noise(32, 32), "PNG")).shape == (32, 32, 3)


def test_a_file_of_exactly_the_limit_is_read() -> None:
    data = saved(noise(), "PNG")
    padded = data + bytes(images.MAX_BYTES - len(data))
    np.testing.assert_array_equal(images.decode(padded), noise())


# What is refused, in one sentence


def test_an_empty_file_is_refused() -> None:
    assert "empty" in refusal(b"")


@pytest.mark.parametrize(
    "data",
    [
        b"hello, this is a text",
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< >>\nendobj\n",
        b'<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"><rect/></svg>',
        b"<!doctype html><html><body>404</body></html>",
        b"PK\x03\x04" + bytes(60),
        bytes(1000),
        saved(noise(), "GIF"),
        saved(noise(), "TIFF"),
        saved(noise(), "PPM"),
        saved(noise(), "ICO"),
    ],
    ids=["text", "pdf", "svg", "html", "zip", "zeros", "gif", "tiff", "ppm", "ico"],
)
def test_other_kinds_of_files_are_refused(data: bytes) -> None:
    assert "not a picture" in refusal(data)
    assert images.KINDS in refusal(data)


def test_a_jpeg_of_a_thousand_passes_is_refused() -> None:
    data = saved(noise(), "JPEG", progressive=True)
    last = data[data.rindex(b"\xff\xda") : -2]
    again = data[:-2] + last * 20 + data[-2:]
    np.testing.assert_array_equal(images.decode(again).shape, images.decode(data).shape)
    assert "passes" in refusal(data[:-2] + last * 1000 + data[-2:])


def test_a_file_over_twenty_megabytes_is_refused() -> None:
    message = refusal(saved(noise(), "PNG") + bytes(images.MAX_BYTES))
    assert "20 MB" in message


@needs.peak_memory
@pytest.mark.parametrize("size", [6_500, 12_000, 50_000, 2**31 - 1])
def test_a_claim_of_many_megapixels_is_refused_before_anything_is_decoded(size: int) -> None:
    data = crafted_png(noise(), 8, 2, size=size)
    before, started = peak_memory.kibibytes(), time.monotonic()
    message = refusal(data)
    assert time.monotonic() - started < 20
    assert peak_memory.kibibytes() - before < 50_000
    assert "40 megapixels" in message


def test_the_limit_of_pixels_is_itself_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    data = saved(noise(40, 50), "PNG")
    monkeypatch.setattr(decoding, "MAX_PIXELS", 2000)
    assert images.decode(data).shape == (40, 50, 3)
    monkeypatch.setattr(decoding, "MAX_PIXELS", 1999)
    assert "40 x 50" in refusal(data) or "50 x 40" in refusal(data)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF"])
def test_an_animation_is_refused(kind: str) -> None:
    frames = [Image.fromarray(noise(seed=seed)) for seed in range(3)]
    data = saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)
    assert "animated" in refusal(data)


@pytest.mark.parametrize(("height", "width"), [(31, 100), (100, 31), (1, 1)])
def test_a_picture_below_32_pixels_is_refused(height: int, width: int) -> None:
    message = refusal(saved(noise(height, width), "PNG"))
    assert f"{width} x {height}" in message
    assert "32" in message


@pytest.mark.parametrize("name", VALID)
def test_a_file_cut_in_half_is_refused(name: str) -> None:
    refusal(VALID[name][: len(VALID[name]) // 2])


@given(st.sampled_from(sorted(VALID)), st.floats(0, 1, exclude_max=True))
@settings(max_examples=150)
def test_a_file_cut_anywhere_is_refused_or_was_already_complete(name: str, share: float) -> None:
    """A picture whose lower part is grey would be attacked and reported as if it were whole."""
    data = VALID[name]
    try:
        pixels = images.decode(data[: int(share * len(data))])
    except ImageError:
        return
    np.testing.assert_array_equal(pixels, images.decode(data))


def test_transparency_for_more_colours_than_the_palette_has_is_no_crash() -> None:
    extra = chunk(b"PLTE", bytes(9)) + chunk(b"tRNS", bytes(257))
    with contextlib.suppress(ImageError):
        assert_legal(images.decode(crafted_png(noise()[:, :, 0], 8, 3, extra)))


@needs.peak_memory
def test_a_packed_comment_of_a_hundred_megabytes_is_not_unpacked() -> None:
    comment = zlib.compress(bytes(100_000_000))
    data = crafted_png(noise(), 8, 2, chunk(b"zTXt", b"Comment\0\0" + comment))
    before = peak_memory.kibibytes()
    np.testing.assert_array_equal(images.decode(data), noise())
    assert peak_memory.kibibytes() - before < 50_000


@given(
    st.binary(max_size=300), st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"BM"])
)
@example(bytes(26), b"BM")
@example(b"\0\0\0\0WEBPVP8 " + bytes(40), b"RIFF")
@settings(max_examples=200)
def test_arbitrary_bytes_are_a_picture_or_are_refused(body: bytes, start: bytes) -> None:
    with contextlib.suppress(ImageError):
        assert_legal(images.decode(start + body))


@given(
    st.sampled_from(sorted(VALID)),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1),
    st.booleans(),
)
@settings(max_examples=200)
def test_a_file_with_flipped_bytes_is_a_picture_or_is_refused(
    name: str, changes: list[tuple[float, int]], in_the_header: bool
) -> None:
    data = bytearray(VALID[name])
    reach = min(100, len(data)) if in_the_header else len(data)
    for position, value in changes:
        data[int(position * reach)] = value
    with contextlib.suppress(ImageError):
        assert_legal(images.decode(bytes(data)))


def test_the_same_file_gives_the_same_array_twice() -> None:
    for data in VALID.values():
        np.testing.assert_array_equal(images.decode(data), images.decode(data))


# Between 8-bit levels, floats and PNG


def test_every_level_survives_the_way_to_float_and_back() -> None:
    levels = np.arange(256, dtype=np.uint8)
    floats = images.to_float(levels)
    assert floats.dtype == np.float32
    assert floats.min() == 0
    assert floats.max() == 1
    np.testing.assert_array_equal(floats, np.arange(256, dtype=np.float32) / np.float32(255))
    np.testing.assert_array_equal(images.to_uint8(floats), levels)
    np.testing.assert_array_equal(images.to_uint8(np.arange(256) / 255), levels)


def test_values_outside_the_range_are_clipped() -> None:
    values = np.array([-0.5, -1e-9, 1 + 1e-7, 7.0], np.float32)
    assert images.to_uint8(values).tolist() == [0, 0, 255, 255]


@given(arrays(np.uint8, st.tuples(st.integers(32, 48), st.integers(32, 48), st.just(3))))
@settings(max_examples=30)
def test_a_png_keeps_every_level(pixels: NDArray[np.uint8]) -> None:
    png = images.encode_png(images.to_uint8(images.to_float(pixels)))
    np.testing.assert_array_equal(images.decode(png), pixels)


def test_the_png_is_one() -> None:
    with Image.open(io.BytesIO(images.encode_png(noise()))) as picture:
        assert picture.format == "PNG"
        assert picture.mode == "RGB"


PIXELS = arrays(np.uint8, (4, 4, 3))


@given(
    PIXELS,
    arrays(np.float32, (4, 4, 3), elements=st.floats(0, 1, width=32)),
    st.one_of(st.floats(0, 1), st.integers(0, 255).map(lambda level: level / 255)),
)
@example(np.full((4, 4, 3), 100, np.uint8), np.full((4, 4, 3), 112.75 / 255, np.float32), 0.05)
def test_rounding_never_leaves_the_ball(
    original: NDArray[np.uint8], image: NDArray[np.float32], epsilon: float
) -> None:
    rounded = images.to_uint8_within(image, original, epsilon)
    assert rounded.dtype == np.uint8
    distance = np.abs(rounded.astype(int) - original).max() / 255
    assert distance <= epsilon + 1e-6


@given(PIXELS, PIXELS, st.integers(0, 255))
def test_rounding_moves_nothing_that_is_inside_the_ball(
    original: NDArray[np.uint8], other: NDArray[np.uint8], level: int
) -> None:
    """Also where epsilon went through float32 and came back a little smaller."""
    inside = np.clip(other, original.astype(int) - level, original.astype(int) + level)
    pixels = images.to_float(inside.astype(np.uint8))
    for epsilon in (level / 255, float(np.float32(level / 255)), float(np.float32(level) / 255)):
        np.testing.assert_array_equal(images.to_uint8_within(pixels, original, epsilon), inside)


def test_rounding_leaves_its_input_alone() -> None:
    image, original = images.to_float(noise(seed=1)), noise()
    images.to_uint8_within(image, original, 0.01)
    np.testing.assert_array_equal(image, images.to_float(noise(seed=1)))
    np.testing.assert_array_equal(original, noise())


@given(PIXELS, st.integers(0, 255), st.integers(0, 2**32 - 1))
def test_the_noise_is_shown_magnified_by_the_stated_factor(
    original: NDArray[np.uint8], most: int, seed: int
) -> None:
    moves = np.random.default_rng(seed).integers(-most, most + 1, original.shape)
    attacked = np.clip(original.astype(int) + moves, 0, 255).astype(np.uint8)
    delta = attacked.astype(int) - original
    assume(np.abs(delta).max() <= 127)  # beyond, nothing is magnified and some must be cut off
    shown, factor = images.magnify_noise(original, attacked)
    np.testing.assert_array_equal(shown, 128 + factor * delta)
    assert not delta.any() or (factor + 1) * np.abs(delta).max() > 127, "could be clearer"


def test_no_noise_is_even_grey() -> None:
    shown, factor = images.magnify_noise(noise(), noise())
    assert (shown == 128).all()
    assert factor == 1


def test_the_largest_possible_noise_is_not_wrapped_around() -> None:
    shown, factor = images.magnify_noise(flat(0, 255, 0), flat(255, 0, 0))
    assert factor == 1
    assert (shown == [255, 0, 128]).all()


# Resizing


def test_resizing_stretches_to_the_square_of_the_model() -> None:
    picture = np.zeros((64, 128, 3), np.uint8)
    picture[:, 64:] = 255
    resized = images.resize(picture)
    assert resized.shape == (224, 224, 3)
    assert resized.dtype == np.uint8
    assert (resized[:, :100] == 0).all()
    assert (resized[:, 124:] == 255).all()


def test_resizing_an_image_of_that_size_gives_a_copy() -> None:
    picture = noise(224, 224)
    resized = images.resize(picture)
    np.testing.assert_array_equal(resized, picture)
    resized[:] = 0
    assert picture.any()
