"""Colours as viewers show them: pictures with a colour profile are converted to sRGB.

Phones store photographs in Display P3, scanners and printers have profiles of their own. The same
face must be the same pixels, whichever profile its file was saved with.
"""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from facemask_core.pictures.png_chunks import MAX_PROFILE

_SPACES = {"L": "GRAY", "RGB": "RGB ", "CMYK": "CMYK"}
"""The colour space that a profile must be of, by the picture's mode."""
_CLASSES = ("scnr", "mntr", "prtr", "spac")
"""Profiles of a device or of a space; the others describe no picture's colours."""
_SAME = 2
"""Levels by which the many files called sRGB differ, as each rounds the curve anew."""


def make_transform(profile: bytes | None, mode: str) -> ImageCms.ImageCmsTransform | None:
    """Makes what converts the colours of a picture to sRGB.

    Relative colorimetric, with black point compensation: white stays white, colours that sRGB has
    stay exactly what they are, as a measurement needs, and dark tones of a printer's profile are
    not cut off. A perceptual conversion would move every colour by the taste of the profile's
    maker, and most profiles hold no table for it anyway.

    Args:
        profile: The bytes of an ICC profile, or None.
        mode: The picture's mode in Pillow: "L", "RGB" or "CMYK".

    Returns:
        The transform, from that mode to "RGB". None where the pixels are to stay as they are: there
        is no profile, it is sRGB, it is broken or too large, or it is of another colour space.
    """
    if not profile or len(profile) > MAX_PROFILE:
        return None
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if source.profile.xcolor_space != _SPACES[mode]:
            return None
        if source.profile.device_class not in _CLASSES:
            return None
        transform = ImageCms.buildTransform(
            source,
            ImageCms.createProfile("sRGB"),
            mode,
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
        return transform if _is_of_use(transform, mode) else None
    except Exception:  # a stranger's bytes: whatever is wrong with them, viewers ignore the profile
        return None


def _is_of_use(transform: ImageCms.ImageCmsTransform, mode: str) -> bool:
    """Whether a transform keeps white light and black dark, and does more than round."""
    probe = _make_probe(mode)
    before = np.asarray(probe.convert("RGB"), np.int16)[0]
    after = np.asarray(transform.apply(probe), np.int16)[0]
    sound = after[-1].min() > 191 and after[0].max() < 128
    return bool(sound and np.abs(after - before).max() > _SAME)


def _make_probe(mode: str) -> Image.Image:
    """One row of colours from black to white: all greys, and a grid through the space."""
    if mode == "L":
        return Image.fromarray(np.arange(256, dtype=np.uint8)[None])
    steps = np.linspace(0, 255, 9).astype(np.uint8)
    grid = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    greys = np.arange(256, dtype=np.uint8).repeat(3).reshape(-1, 3)
    colours: NDArray[np.uint8] = np.concatenate([greys[:1], grid, greys])
    if mode == "RGB":
        return Image.fromarray(colours[None])
    # Ink is the reverse of light. All four at once are black.
    black = np.zeros((len(colours), 1), np.uint8)
    black[0] = 255
    return Image.fromarray(np.concatenate([255 - colours, black], axis=1)[None], "CMYK")
