"""The bytes of one picture to an RGB array, whatever memory that takes.

:func:`facemask_core.pictures.images.decode` is for everybody; this is its inner part.
"""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

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
    picture = _open(data, formats)
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
        ImageOps.exif_transpose(picture, in_place=True)
        return _to_rgb(picture, profile)
    except ImageError:
        raise
    except Exception as error:  # truncated data shows up as OSError, SyntaxError, struct.error ...
        raise ImageError(describe_damage(data)) from error


def describe_damage(data: bytes) -> str:
    """Tells in a sentence what to do about a picture that cannot be read.

    Args:
        data: The whole file.
    """
    return heic.describe_damage(data) or DAMAGE


def _open(data: bytes, formats: tuple[str, ...]) -> Image.Image:
    """Reads the header only; no pixel is decoded yet."""
    try:
        return Image.open(io.BytesIO(data), formats=formats)
    except Image.DecompressionBombError as error:
        raise ImageError(_describe_excess()) from error
    except UnidentifiedImageError as error:
        if _claims_to_be_a_picture(data):
            raise ImageError(describe_damage(data)) from error
        raise ImageError(f"This file is not a picture the lab can read; use {KINDS}.") from error
    except Exception as error:  # Pillow's parsers raise almost anything on hostile headers
        raise ImageError(describe_damage(data)) from error


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


def _to_rgb(picture: Image.Image, profile: bytes | None) -> NDArray[np.uint8]:
    """Converts strip by strip: colours to sRGB, then transparency to white."""
    # Windows' programs and clipboards leave the fourth byte of a BMP's pixels zero.
    if picture.format == "BMP" and picture.mode == "RGBA":
        picture = picture if _is_visible(picture.getchannel("A")) else picture.convert("RGB")
    mode = _base_mode(picture.mode)
    transform = colour.make_transform(profile, mode)
    width, height = picture.size
    pixels = np.empty((height, width, 3), np.uint8)
    rows, visible = max(1, _STRIP // width), False
    for top in range(0, height, rows):
        box = (0, top, width, min(top + rows, height))
        strip = picture.crop(box) if rows < height else picture
        base, alpha = _split_alpha(strip, mode)
        visible = visible or alpha is None or _is_visible(alpha)
        if transform is not None:
            base = transform.apply(base)
        pixels[top : top + rows] = np.asarray(_lay_over_white(_in_mode(base, "RGB"), alpha))
    if not visible:
        raise ImageError(_INVISIBLE)
    return pixels


def _is_visible(alpha: Image.Image) -> bool:
    """Whether any pixel of an opacity is more than nothing."""
    return alpha.getextrema() != (0, 0)


def _base_mode(mode: str) -> str:
    """The mode that keeps a picture's colours as the file has them, for its profile."""
    if mode.startswith(("1", "L", "I", "F")):
        return "L"
    return "CMYK" if mode == "CMYK" else "RGB"


def _split_alpha(strip: Image.Image, mode: str) -> tuple[Image.Image, Image.Image | None]:
    """Parts a strip into its colours, 8 bits in the given mode, and its opacity, if it has one."""
    if strip.mode.startswith(("I", "F")):
        return _split_deep_grey(strip)
    if strip.has_transparency_data:
        # A premultiplied grey has one way only.
        strip = (strip.convert("LA") if strip.mode == "La" else strip).convert("RGBA")
        return strip.convert(mode), strip.getchannel("A")
    return _in_mode(strip, mode), None


def _in_mode(picture: Image.Image, mode: str) -> Image.Image:
    """Converts without the copy that Pillow makes of a picture that is in that mode."""
    return picture if picture.mode == mode else picture.convert(mode)


def _split_deep_grey(strip: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """Scales 16-bit greyscale by 1/257; Pillow's own conversion clips everything above 255."""
    deep = np.asarray(strip)
    scaled = np.rint(deep.astype(np.float64) / 257.0)
    grey = Image.fromarray(np.clip(scaled, 0, 255).astype(np.uint8))
    if "transparency" not in strip.info:
        return grey, None
    opaque = deep != strip.info["transparency"]
    return grey, Image.fromarray(np.where(opaque, np.uint8(255), np.uint8(0)))


def _lay_over_white(colours: Image.Image, alpha: Image.Image | None) -> Image.Image:
    if alpha is None:
        return colours
    colours.putalpha(alpha)
    white = Image.new("RGBA", colours.size, "white")
    return Image.alpha_composite(white, colours).convert("RGB")


def _describe_excess(size: str = "") -> str:
    return f"This picture has more than 40 megapixels{size}; scale it down and try again."
