"""A sweep as an animated GIF: a frame for every epsilon, with the model's answer below the picture.

A GIF frame has 256 colours, so an animation shows an attack and does not carry it: the picture that
fools a model has to be taken from :func:`facemask_core.pictures.images.encode_png`.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from facemask_core.labels import LABELS, WITH_MASK

STEP_MS = 150
HOLD_MS = 1500
"""How long the first frame, the first that fools the model and the last one stand still."""
CAPTION_HEIGHT = 52
_PAPER, _INK = "#FFFFFF", "#0E141B"
_BARS = ("#D55E00", "#0072B2")
"""Without mask and with mask (Okabe and Ito's palette)."""
_BAR_HEIGHT, _MARGIN = 8, 6


def encode_sweep(
    epsilons: Sequence[str],
    pictures: Sequence[NDArray[np.uint8]],
    probabilities: Sequence[Sequence[float]],
    label: int,
) -> bytes:
    """Writes a sweep as a GIF that repeats for ever.

    Args:
        epsilons: Rising, as they are to be written below the frames; at least one.
        pictures: The picture at each of them, uint8 (height, width, 3), all of one size.
        probabilities: At each of them the probability of each class.
        label: The true class.

    Returns:
        The bytes of the GIF file.
    """
    first, *others = [
        _reduce_colours(draw_frame(picture, *write_caption(epsilon, shares, label), shares))
        for epsilon, picture, shares in zip(epsilons, pictures, probabilities, strict=True)
    ]
    buffer = io.BytesIO()
    first.save(
        buffer,
        format="GIF",
        save_all=True,
        append_images=others,
        duration=choose_durations(probabilities, label),
        loop=0,
        optimize=False,  # it makes nothing smaller here, and takes eight times as long
    )
    return buffer.getvalue()


def _reduce_colours(image: Image.Image) -> Image.Image:
    """Reduces a frame to 256 colours of its own.

    Median cut comes a little nearer, but takes hundreds of times as long on noise. Dithering would
    look like the very noise this is about.
    """
    return image.quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)


def write_caption(epsilon: str, shares: Sequence[float], label: int) -> tuple[str, str]:
    """Writes the two lines below a frame: the epsilon, and the model's answer to the picture.

    Args:
        epsilon: Epsilon as it is to be written.
        shares: The probability of each class.
        label: The true class.
    """
    winner = int(np.argmax(shares))
    answer = f"{LABELS[winner].replace('_', ' ')} {100 * shares[winner]:.1f} %"
    return f"epsilon {epsilon}", answer if winner == label else f"{answer}: wrong"


def choose_durations(probabilities: Sequence[Sequence[float]], label: int) -> list[int]:
    """Chooses how long each frame stands, in milliseconds."""
    wrong = [int(np.argmax(shares)) != label for shares in probabilities]
    stills = {0, len(wrong) - 1, *([wrong.index(True)] if any(wrong) else [])}
    return [HOLD_MS if index in stills else STEP_MS for index in range(len(wrong))]


def draw_frame(
    picture: NDArray[np.uint8], epsilon: str, answer: str, shares: Sequence[float]
) -> Image.Image:
    """Sets a picture above its caption, without touching a pixel of it.

    Args:
        picture: uint8 (height, width, 3).
        epsilon: First line of the caption.
        answer: Second line of the caption.
        shares: The probability of each class, drawn as a bar.
    """
    height, width = picture.shape[:2]
    image = Image.new("RGB", (width, height + CAPTION_HEIGHT), _PAPER)
    image.paste(Image.fromarray(picture))
    pen = ImageDraw.Draw(image)
    masked = round(width * shares[WITH_MASK])
    for start, end, colour in ((0, masked, _BARS[WITH_MASK]), (masked, width, _BARS[0])):
        if start < end:
            pen.rectangle((start, height, end - 1, height + _BAR_HEIGHT - 1), fill=colour)
    font = ImageFont.load_default(15)
    for line, text in enumerate((epsilon, answer)):
        place = (_MARGIN, height + _BAR_HEIGHT + 3 + 19 * line)
        pen.text(place, text, fill=_INK, font=font)
    return image
