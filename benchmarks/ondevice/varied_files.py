"""One photograph in files of many kinds, to see what a browser and the core make of each."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from benchmarks.colour_profiles import ink_profile, screen_profile
from benchmarks.ondevice.runtimes import Runtime
from facemask_core.data import samples
from facemask_core.models.classifier import probabilities
from facemask_core.pictures import images

Pixels = NDArray[np.uint8]
P3 = screen_profile(((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)), 2.2)
ADOBE_RGB = screen_profile(((0.64, 0.33), (0.21, 0.71), (0.15, 0.06)), 2.19921875)
INKS = ink_profile((100, 0, 0), {8: (55, -37, -50), 4: (48, 74, -3), 2: (89, -5, 93)})
_ORIENTATION = 0x0112
_XMP = '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="{}"/></x:xmpmeta>'


def write(picture: Image.Image | NDArray[Any], kind: str, **options: Any) -> bytes:
    """Writes a picture's file."""
    if isinstance(picture, np.ndarray):
        picture = Image.fromarray(picture)
    buffer = io.BytesIO()
    picture.save(buffer, format=kind, **options)
    return buffer.getvalue()


def read_varied() -> Pixels:
    """Reads the photograph that is written in many kinds of files; it is not square."""
    return images.decode(samples.get("astronaut").path.read_bytes())[:400, :420]


def make_files(pixels: Pixels) -> dict[str, bytes]:
    """Writes a photograph in every way that phones, cameras and programs do.

    Args:
        pixels: The photograph, uint8 (height, width, 3).
    """
    picture = Image.fromarray(pixels)
    p3, adobe = (_convert(picture, profile) for profile in (P3, ADOBE_RGB))
    faded = _fade(pixels)
    jpeg: dict[str, Any] = {"kind": "JPEG", "quality": 90}
    return {
        "JPEG 4:2:0": write(picture, **jpeg, subsampling=2),
        "JPEG 4:2:2": write(picture, **jpeg, subsampling=1),
        "JPEG 4:4:4": write(picture, **jpeg, subsampling=0),
        "JPEG, progressive": write(picture, **jpeg, progressive=True),
        "JPEG, odd size": write(picture.crop((0, 0, 301, 333)), **jpeg),
        "JPEG, grey": write(picture.convert("L"), **jpeg),
        "JPEG, CMYK": write(picture.convert("CMYK"), **jpeg),
        "JPEG, CMYK with a profile": write(picture.convert("CMYK"), **jpeg, icc_profile=INKS),
        "JPEG, Display P3": write(p3, **jpeg, icc_profile=P3),
        "JPEG, Adobe RGB": write(adobe, **jpeg, icc_profile=ADOBE_RGB),
        "PNG": write(picture, "PNG"),
        "PNG, grey": write(picture.convert("L"), "PNG"),
        "PNG, palette": write(picture.quantize(200), "PNG"),
        "PNG, palette with a transparent colour": write(
            picture.quantize(200), "PNG", transparency=3
        ),
        "PNG, black and white": write(picture.convert("1"), "PNG"),
        "PNG, 16 bits": write_deep_png(pixels, colour=True),
        "PNG, 16 bits of grey": write_deep_png(pixels, colour=False),
        "PNG, half transparent": write(faded, "PNG"),
        "PNG with a gamma": insert_chunk(write(picture, "PNG"), b"gAMA", struct.pack(">I", 60_000)),
        "PNG, Display P3": write(p3, "PNG", icc_profile=P3),
        "WebP": write(picture, "WEBP", quality=80),
        "WebP, lossless": write(picture, "WEBP", lossless=True),
        "WebP, half transparent": write(faded, "WEBP", lossless=True),
        "WebP, Display P3": write(p3, "WEBP", lossless=True, icc_profile=P3),
        "AVIF": write(picture, "AVIF", quality=90),
        "AVIF, Display P3": write(p3, "AVIF", quality=90, icc_profile=P3),
        "BMP": write(picture, "BMP"),
        "BMP, half transparent": write(faded, "BMP"),
    } | make_turned(picture)


def make_turned(picture: Image.Image) -> dict[str, bytes]:
    """Writes a picture as each of EXIF's orientations says, in each kind of file, and as XMP does.

    Args:
        picture: The picture.
    """
    files = {}
    for orientation in range(1, 9):
        notes = Image.Exif()
        notes[_ORIENTATION] = orientation
        for kind, name in (("JPEG", "JPEG"), ("PNG", "PNG"), ("WEBP", "WebP")):
            files[f"{name}, EXIF {orientation}"] = write(picture, kind, exif=notes)
    xmp = _XMP.format(6).encode()
    files["JPEG, XMP"] = write(picture, "JPEG", xmp=xmp)
    files["WebP, XMP"] = write(picture, "WEBP", xmp=xmp)
    return files


def write_deep_png(pixels: Pixels, *, colour: bool) -> bytes:
    """Writes 16 bits a value, which Pillow does not write in colour.

    Args:
        pixels: The picture; its lower eight bits are made up.
        colour: Whether it is in colour.
    """
    low = np.random.default_rng(1).integers(0, 256, pixels.shape, dtype=np.uint16)
    deep = (pixels.astype(np.uint16) << 8) + low
    rows = (deep if colour else deep[..., 1]).astype(">u2")
    height, width = pixels.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, 16, 2 if colour else 0, 0, 0, 0)
    lines = b"".join(b"\0" + row.tobytes() for row in rows)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(lines)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_write_chunk(*one) for one in chunks)


def insert_chunk(png: bytes, kind: bytes, body: bytes) -> bytes:
    """Puts a chunk behind a PNG's header."""
    return png[:33] + _write_chunk(kind, body) + png[33:]


def compare_varied(
    runtime: Runtime, models: Sequence[str], files: dict[str, bytes]
) -> dict[str, dict[str, Any]]:
    """Compares what a browser and the core make of files: pixels, and the models' answers.

    Args:
        runtime: The browser; Node cannot.
        models: Names of models that it has.
        files: By what they are.

    Returns:
        For each file the largest difference of a value in levels, the share of values that
        differ, and the largest difference of a probability; or the sentence of a refusal.
    """
    found: dict[str, dict[str, Any]] = {}
    for name, file in files.items():
        expected = images.decode(file)
        try:
            pixels = runtime.decode(file)
        except RuntimeError as error:
            found[name] = {"refused": str(error)}
            continue
        if pixels.shape != expected.shape:
            found[name] = {"size": list(pixels.shape[:2])}
            continue
        apart = np.abs(pixels.astype(int) - expected)
        found[name] = {
            "largest_difference": int(apart.max()),
            "values_differing": float((apart > 0).mean()),
            "answers_apart": _compare_answers(runtime, models, pixels, expected),
        }
    return found


def _compare_answers(
    runtime: Runtime, models: Sequence[str], pixels: Pixels, expected: Pixels
) -> float:
    """The largest difference of a probability, each picture's face found in its own pixels."""
    if np.array_equal(pixels, expected):
        return 0.0
    faces = np.stack([runtime.take_face(expected), runtime.take_face(pixels)])
    answers = [probabilities(runtime.answer(model, faces)) for model in models]
    return max(float(np.abs(one[0] - one[1]).max()) for one in answers)


def _write_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _convert(picture: Image.Image, profile: bytes) -> Image.Image:
    """The levels that show the same colours under a profile."""
    target = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    converted = ImageCms.profileToProfile(
        picture,
        ImageCms.createProfile("sRGB"),
        target,
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="RGB",
    )
    assert converted is not None  # noqa: S101  (only a change in place returns nothing)
    return converted


def _fade(pixels: Pixels) -> Image.Image:
    """A photograph that grows transparent from the left to the right."""
    height, width = pixels.shape[:2]
    opacity = np.tile(np.linspace(255, 0, width).astype(np.uint8), (height, 1))
    return Image.fromarray(np.dstack([pixels, opacity]))
