"""Untrusted image bytes to an RGB array, and arrays to PNG.

Every picture of the lab comes in through :func:`decode`, so this is the one place that has to
distrust its input. Pixels leave as uint8: each lies on the k/255 grid, and a PNG made from
them is exactly the image that was classified.
"""

from __future__ import annotations

import io
import warnings
from contextlib import AbstractContextManager

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from facemask_core.errors import ImageError
from facemask_core.pictures import decoder_process, decoding, heic, png_chunks
from facemask_core.pictures.pixel_budget import PixelBudget

KINDS = decoding.KINDS
MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = decoding.MAX_PIXELS
MIN_SIDE = decoding.MIN_SIDE
INPUT_SIZE = 224
"""Side of the square every backbone sees, in pixels; the paper's input size."""
_processes = PixelBudget(4, most_of_group=2)
"""How many processes decode HEIC or AVIF at once: two are free when another address comes, whatever
slow pictures one address sends."""
_budget = PixelBudget(MAX_PIXELS)
_SMALL = 2_000_000
"""Pixels up to which a picture does not wait for large ones: they take seconds, these do not."""
_small_budget = PixelBudget(4 * _SMALL)


def decode(data: bytes) -> NDArray[np.uint8]:
    """Turns the bytes of a JPEG, PNG, WebP, AVIF, HEIC or BMP file into an upright RGB image.

    What a file is follows from its content, whatever its name. The EXIF orientation is applied,
    colours are converted from the file's profile to sRGB, transparency is laid over white, and
    greyscale, palette, CMYK and 16-bit images are converted to 8-bit RGB. Large pictures wait for
    each other, however many threads call this; HEIC and AVIF are decoded in a process of their own.

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
        if heic.name_format(data):
            return _decode_apart(data)
        try:
            data, profile = png_chunks.drop_notes(data)
        except ValueError as error:
            raise ImageError(decoding.DAMAGE) from error
        picture = decoding.open_picture(data)
        with _reserve(picture.width * picture.height):
            return decoding.read_pixels(picture, data, profile)


def _reserve(pixels: int) -> AbstractContextManager[None]:
    return (_budget if pixels > _SMALL else _small_budget).reserve(pixels)


def _decode_apart(data: bytes) -> NDArray[np.uint8]:
    """Decodes a HEIC or AVIF picture in a process of its own."""
    with _processes.reserve(1):
        answer = decoder_process.decode(data, _reserve)
    if answer is None:
        raise ImageError(decoding.describe_damage(data))
    if isinstance(answer, str):
        raise ImageError(answer)
    return answer


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
    # Pillow copies it whole, and many visitors may crop large pictures at once.
    with _reserve(image.shape[0] * image.shape[1]):
        return np.array(Image.fromarray(image).resize((size, size), Image.Resampling.BICUBIC))


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
    return np.clip(
        to_uint8(image),
        original - np.minimum(original, reach),
        original + np.minimum(255 - original, reach),
    )


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
