"""The bytes of one picture to an RGB array, whatever memory that takes.

:func:`facemask_core.pictures.images.decode` is for everybody; this is its inner part.
"""

from __future__ import annotations

import contextlib
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from facemask_core.errors import ImageError
from facemask_core.pictures import colour, heic, png_chunks

FORMATS = ("JPEG", "PNG", "WEBP", "BMP")
APART = ("AVIF", "HEIF")
"""Formats that are decoded in a process of their own."""
KINDS = "JPEG, PNG, WebP, AVIF, HEIC or BMP"
_ANIMATED = ("PNG", "WEBP", "AVIF")
MAX_PIXELS = 40_000_000
MIN_SIDE = 32
DAMAGE = "This picture is damaged or cut short; open it in a viewer, save it again and retry."
_INVISIBLE = (
    "Nothing can be seen in this picture: all of it is transparent. "
    "Save it without transparency and retry."
)
_SCAN = b"\xff\xda"
_MOST_SCANS = 100
"""Usual are ten. A pass of 50 bytes goes over all pixels, and 20 MB of them would take hours."""
_STRIP = 2**20
"""Pixels that are converted at a time, lest every step hold a copy of the whole picture."""


def open_picture(data: bytes, formats: tuple[str, ...] = FORMATS) -> Image.Image:
    """Reads the header and refuses what exceeds a limit; no pixel is decoded yet.

    Args:
        data: The whole file.
        formats: The formats that it may be of: FORMATS or APART.

    Returns:
        The picture, unloaded.

    Raises:
        ImageError: The bytes are no picture of those formats, or it exceeds a limit.
    """
    try:
        picture = Image.open(io.BytesIO(data), formats=formats)
    except Exception as error:  # Pillow's parsers raise almost anything on hostile headers
        raise _explain(error, data) from error
    _refuse_out_of_bounds(picture)
    # The two bytes stand for nothing else where pixels are coded; a preview may have a few more.
    if picture.format in ("JPEG", "MPO") and data.count(_SCAN) > _MOST_SCANS:
        raise ImageError(
            "This JPEG stores its picture in too many passes; save it again and retry."
        )
    return picture


def read_pixels(
    picture: Image.Image, data: bytes, profile: bytes | None = None
) -> NDArray[np.uint8]:
    """Decodes the pixels, applies the camera's orientation and converts to RGB.

    Args:
        picture: The picture, opened.
        data: Its file.
        profile: The colour profile of a PNG; other formats tell theirs themselves.

    Returns:
        uint8 array of shape (height, width, 3), RGB.

    Raises:
        ImageError: The picture is damaged or wholly transparent.
    """
    try:
        picture.load()
        _refuse_out_of_bounds(picture)  # a HEIC's header may be wrong about its size
        if picture.format == "HEIF":
            heic.restore_orientation(picture, data)
        profile = profile or picture.info.get("icc_profile")
        _turn_upright(picture)
        pixels = np.empty((picture.height, picture.width, 3), np.uint8)
        _convert_to_rgb(picture, profile, pixels)
        return pixels
    except ImageError:
        raise
    except Exception as error:  # truncated data shows up as OSError, SyntaxError, struct.error ...
        raise ImageError(describe_damage(data)) from error


def _turn_upright(picture: Image.Image) -> None:
    """Applies the camera's orientation; a note that cannot be read says none, as in browsers."""
    with contextlib.suppress(Exception):  # a stranger's bytes: Pillow raises almost anything
        ImageOps.exif_transpose(picture, in_place=True)


def describe_damage(data: bytes) -> str:
    """Tells in a sentence what to do about a picture that cannot be read.

    Args:
        data: The whole file.
    """
    return heic.describe_damage(data) or DAMAGE


def _explain(error: Exception, data: bytes) -> ImageError:
    """Says what is wrong with a file that Pillow does not open."""
    if isinstance(error, Image.DecompressionBombError):
        return ImageError(_describe_excess())
    if isinstance(error, UnidentifiedImageError) and not _claims_to_be_a_picture(data):
        return ImageError(f"This file is not a picture the lab can read; use {KINDS}.")
    return ImageError(describe_damage(data))


def _claims_to_be_a_picture(data: bytes) -> bool:
    """Whether a file starts as only a picture does, so that what follows must be damaged."""
    is_webp = data.startswith(b"RIFF") and data[8:12] == b"WEBP"
    is_phones = heic.describe_damage(data) is not None
    return is_webp or is_phones or data.startswith((png_chunks.SIGNATURE, b"\xff\xd8\xff"))


def _refuse_out_of_bounds(picture: Image.Image) -> None:
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise ImageError(_describe_excess(f" ({width} x {height})"))
    if min(width, height) < MIN_SIDE:
        raise ImageError(
            f"This picture is {width} x {height} pixels; each side needs at least {MIN_SIDE}."
        )
    # A JPEG may hold several pictures without moving: cameras add a preview (MPO).
    if picture.format in _ANIMATED and getattr(picture, "n_frames", 1) > 1:
        raise ImageError("This picture is animated; save one frame of it and use that.")


def _convert_to_rgb(picture: Image.Image, profile: bytes | None, pixels: NDArray[np.uint8]) -> None:
    """Converts a picture into an array, strip by strip."""
    # Windows' programs and clipboards leave the fourth byte of a BMP's pixels zero.
    if picture.format == "BMP" and picture.mode == "RGBA":
        picture = picture if _is_visible(picture.getchannel("A")) else picture.convert("RGB")
    mode = _base_mode(picture.mode)
    transform = colour.make_transform(profile, mode)
    width, height = picture.size
    rows, visible = max(1, _STRIP // width), False
    for top in range(0, height, rows):
        box = (0, top, width, min(top + rows, height))
        strip = picture.crop(box) if rows < height else picture
        visible |= _convert_strip(strip, mode, transform, pixels[top : top + rows])
    if not visible:
        raise ImageError(_INVISIBLE)


def _convert_strip(
    picture: Image.Image,
    mode: str,
    transform: ImageCms.ImageCmsTransform | None,
    pixels: NDArray[np.uint8],
) -> bool:
    """Converts colours to sRGB, then transparency to white; tells whether anything is visible.

    Nothing is converted to the mode it has: Pillow would copy it.
    """
    alpha = None
    if picture.mode.startswith(("I", "F")):
        picture, alpha = _split_deep_grey(picture)
    elif picture.has_transparency_data:
        # A premultiplied grey has one way only.
        picture = (picture.convert("LA") if picture.mode == "La" else picture).convert("RGBA")
        alpha = picture.getchannel("A")
    if picture.mode != mode:
        picture = picture.convert(mode)
    if transform is not None:
        picture = transform.apply(picture)
    if picture.mode != "RGB":
        picture = picture.convert("RGB")
    if alpha is not None:
        picture.putalpha(alpha)
        white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(white, picture).convert("RGB")
    pixels[:] = np.asarray(picture)
    return alpha is None or _is_visible(alpha)


def _is_visible(alpha: Image.Image) -> bool:
    """Whether any pixel of an opacity is more than nothing."""
    return alpha.getextrema() != (0, 0)


def _base_mode(mode: str) -> str:
    """The mode that keeps a picture's colours as the file has them, for its profile."""
    if mode.startswith(("1", "L", "I", "F")):
        return "L"
    return "CMYK" if mode == "CMYK" else "RGB"


def _split_deep_grey(strip: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """Scales 16-bit greyscale by 1/257; Pillow's own conversion clips everything above 255."""
    deep = np.asarray(strip)
    scaled = np.rint(deep.astype(np.float64) / 257.0)
    grey = Image.fromarray(np.clip(scaled, 0, 255).astype(np.uint8))
    if "transparency" not in strip.info:
        return grey, None
    opaque = deep != strip.info["transparency"]
    return grey, Image.fromarray(np.where(opaque, np.uint8(255), np.uint8(0)))


def _describe_excess(size: str = "") -> str:
    return f"This picture has more than 40 megapixels{size}; scale it down and try again."
