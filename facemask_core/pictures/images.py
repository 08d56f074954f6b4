"""Untrusted image bytes to an RGB array, and arrays to PNG.

Every picture of the lab comes in through :func:`decode`, so this is the one place that has to
distrust its input. Pixels leave as uint8: each lies on the k/255 grid, and a PNG made from
them is exactly the image that was classified.
"""

from __future__ import annotations

import io
import warnings

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from facemask_core.errors import ImageError
from facemask_core.pictures import colour, heic, png_chunks
from facemask_core.pictures.pixel_budget import PixelBudget

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "HEIF", "BMP")
KINDS = "JPEG, PNG, WebP, AVIF, HEIC or BMP"
_ANIMATED = ("PNG", "WEBP", "AVIF")
MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 40_000_000
MIN_SIDE = 32
INPUT_SIZE = 224
"""Side of the square every backbone sees, in pixels; the paper's input size."""
_DAMAGE = "This picture is damaged or cut short; open it in a viewer, save it again and retry."
_INVISIBLE = (
    "Nothing can be seen in this picture: all of it is transparent. "
    "Save it without transparency and retry."
)
_STRIP = 2**20
"""Pixels that are converted at a time, lest every step hold a copy of the whole picture."""
_budget = PixelBudget(MAX_PIXELS)


def decode(data: bytes) -> NDArray[np.uint8]:
    """Turns the bytes of a JPEG, PNG, WebP, AVIF, HEIC or BMP file into an upright RGB image.

    What a file is follows from its content, whatever its name. The EXIF orientation is applied,
    colours are converted from the file's profile to sRGB, transparency is laid over white, and
    greyscale, palette, CMYK and 16-bit images are converted to 8-bit RGB. Large pictures wait for
    each other, however many threads call this.

    Args:
        data: The whole file.

    Returns:
        uint8 array of shape (height, width, 3), RGB.

    Raises:
        ImageError: The bytes are no image of those formats, are damaged or cut short, are
            animated or wholly transparent, or exceed a limit (20 MB, 40 megapixels, at least
            32 px a side).
    """
    if not data:
        raise ImageError(f"This file is empty; choose a {KINDS} picture.")
    if len(data) > MAX_BYTES:
        raise ImageError(
            f"This file has {len(data) / 2**20:.0f} MB; the limit is 20 MB. "
            "Save the picture smaller and try again."
        )
    with warnings.catch_warnings():
        # Pillow warns of what is refused here, and of damage in metadata that nothing reads.
        warnings.simplefilter("ignore")
        try:
            slim, profile = png_chunks.drop_notes(data)
        except ValueError as error:
            raise ImageError(_DAMAGE) from error
        picture = _open(slim)
        _refuse_out_of_bounds(picture)
        with _budget.reserve(picture.width * picture.height):
            return _load(picture, slim, profile)


def _open(data: bytes) -> Image.Image:
    """Reads the header only; no pixel is decoded yet."""
    try:
        return Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise ImageError(_describe_excess()) from error
    except UnidentifiedImageError as error:
        if _claims_to_be_a_picture(data):
            raise ImageError(_describe_damage(data)) from error
        raise ImageError(f"This file is not a picture the lab can read; use {KINDS}.") from error
    except Exception as error:  # Pillow's parsers raise almost anything on hostile headers
        raise ImageError(_describe_damage(data)) from error


def _describe_damage(data: bytes) -> str:
    return heic.describe_damage(data) or _DAMAGE


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


def _load(picture: Image.Image, data: bytes, profile: bytes | None) -> NDArray[np.uint8]:
    """Decodes the pixels, applies the camera's orientation and converts to RGB.

    Args:
        picture: The picture, opened.
        data: Its file.
        profile: The colour profile of a PNG; other formats tell theirs themselves.
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
        raise ImageError(_describe_damage(data)) from error


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
        strip = strip.convert("RGBA")
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


def resize(image: NDArray[np.uint8], size: int = INPUT_SIZE) -> NDArray[np.uint8]:
    """Stretches an image to a square, as the paper does with every photograph.

    Args:
        image: uint8 array of shape (height, width, 3).
        size: Side of the result in pixels.

    Returns:
        uint8 array of shape (size, size, 3).
    """
    if image.shape[:2] == (size, size):
        return image.copy()
    resized = Image.fromarray(image).resize((size, size), Image.Resampling.BICUBIC)
    return np.array(resized, dtype=np.uint8)


def to_float(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Maps 8-bit levels to float32 in [0, 1]; the shape stays.

    Args:
        image: uint8 array of any shape.

    Returns:
        float32 array of the same shape, every value k/255.
    """
    # In one pass: a whole batch converted first and divided then takes nine times as long.
    return np.divide(image, np.float32(255), dtype=np.float32)


def to_uint8(image: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Rounds values in [0, 1] to the nearest 8-bit level; exact for every k/255.

    Args:
        image: Floating-point array of any shape; values outside [0, 1] are clipped.

    Returns:
        uint8 array of the same shape.
    """
    return np.rint(np.clip(image, 0.0, 1.0) * 255.0).astype(np.uint8)


def to_uint8_within(
    image: NDArray[np.floating], original: NDArray[np.uint8], epsilon: float
) -> NDArray[np.uint8]:
    """Rounds an adversarial image to 8 bits without leaving the L-infinity ball.

    Plain rounding may add half a level, so at an epsilon between two levels (0.05 is 12.75/255)
    the saved picture would be further from the original than the threat model allows.

    Args:
        image: Floating-point array in [0, 1].
        original: uint8 array of the same shape, the centre of the ball.
        epsilon: Radius on the [0, 1] scale.

    Returns:
        uint8 array, at most floor(255 * epsilon) levels from ``original``.
    """
    levels = int(np.floor(255.0 * epsilon + 1e-4))  # the slack absorbs float error at k/255
    reach = np.uint8(min(levels, 255))
    # The bounds within 0 to 255, in 8 bits throughout: wider types take several times longer.
    lower = original - np.minimum(original, reach)
    upper = original + np.minimum(255 - original, reach)
    return np.clip(to_uint8(image), lower, upper)


def encode_png(image: NDArray[np.uint8]) -> bytes:
    """Writes an RGB image as PNG, which keeps every level; JPEG would erase the perturbation.

    Args:
        image: uint8 array of shape (height, width, 3).

    Returns:
        The bytes of the PNG file.
    """
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, format="PNG")
    return buffer.getvalue()


def encode_jpeg(image: NDArray[np.uint8], quality: int) -> bytes:
    """Writes an RGB image as JPEG, which does not keep the levels, to show what that erases.

    Args:
        image: uint8 array of shape (height, width, 3).
        quality: From 1 to 100; Pillow's defaults otherwise (4:2:0 chroma).

    Returns:
        The bytes of the JPEG file.
    """
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, format="JPEG", quality=quality)
    return buffer.getvalue()


def magnify_noise(
    original: NDArray[np.uint8], adversarial: NDArray[np.uint8]
) -> tuple[NDArray[np.uint8], int]:
    """Makes a perturbation visible: grey where nothing changed, brighter and darker elsewhere.

    Args:
        original: uint8 array of shape (height, width, 3).
        adversarial: uint8 array of the same shape.

    Returns:
        The picture of the noise, uint8 of the same shape, and the whole factor it was multiplied
        by: the largest at which nothing is cut off, 1 where nothing changed.
    """
    delta = adversarial.astype(np.int16) - original.astype(np.int16)
    largest = int(np.abs(delta).max(initial=0))
    factor = max(1, 127 // largest) if largest else 1
    return np.clip(128 + factor * delta, 0, 255).astype(np.uint8), factor
