"""A sweep as an animated GIF: a frame for every epsilon, with the model's answer below the picture.

A GIF frame has 256 colours, so an animation shows an attack and does not carry it: the picture that
fools a model has to be taken from :func:`facemask_core.pictures.images.encode_png`.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from facemask_core.labels import LABELS, WITH_MASK

STEP_MS = 150
HOLD_MS = 1500
"""How long the first frame, the first with another answer and the last one stand still."""
CAPTION_HEIGHT = 52
_PAPER, _INK = "#FFFFFF", "#0E141B"
_BARS = ("#D55E00", "#0072B2")
"""Without mask and with mask (Okabe and Ito's palette)."""
_BAR_HEIGHT, _MARGIN = 8, 6
Mark = Literal["", "wrong", "changed", "unsure"]
"""What stands behind an answer; nothing behind the one that counts as right."""
WriteCaption = Callable[[str, Sequence[float], Mark], tuple[str, str]]
"""Writes what stands below a frame, from epsilon, the probabilities and what stands behind them."""


def encode_sweep(
    epsilons: Sequence[str],
    pictures: Sequence[NDArray[np.uint8]],
    probabilities: Sequence[Sequence[float]],
    label: int,
    *,
    truth_known: bool = True,
    unsure_below: float | None = None,
    write: WriteCaption | None = None,
) -> bytes:
    """Writes a sweep as a GIF that repeats for ever.

    Args:
        epsilons: Rising, as they are to be written below the frames; at least one.
        pictures: The picture at each of them, uint8 (height, width, 3), all of one size.
        probabilities: At each of them the probability of each class.
        label: The class that the attack drives the model away from.
        truth_known: Whether that is the true class, and not only the model's own answer.
        unsure_below: The confidence below which the model is unsure, if it ever is.
        write: Writes the two lines below a frame, in another language; ASCII alone. None for
            :func:`write_caption`.

    Returns:
        The bytes of the GIF file.
    """
    write = write or write_caption
    marks = [
        mark_answer(shares, label, truth_known=truth_known, unsure_below=unsure_below)
        for shares in probabilities
    ]
    first, *others = [
        _reduce_colours(draw_frame(picture, *write(epsilon, shares, mark), shares))
        for epsilon, picture, shares, mark in zip(
            epsilons, pictures, probabilities, marks, strict=True
        )
    ]
    buffer = io.BytesIO()
    first.save(
        buffer,
        format="GIF",
        save_all=True,
        append_images=others,
        duration=choose_durations(marks),
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


def mark_answer(
    shares: Sequence[float],
    label: int,
    *,
    truth_known: bool = True,
    unsure_below: float | None = None,
) -> Mark:
    """Chooses what stands behind an answer.

    Args:
        shares: The probability of each class.
        label: The class that the attack drives the model away from.
        truth_known: Whether that is the true class; otherwise no answer is called wrong.
        unsure_below: The confidence below which the model is unsure, if it ever is.
    """
    if unsure_below is not None and max(shares) < unsure_below:
        return "unsure"
    if int(np.argmax(shares)) == label:
        return ""
    return "wrong" if truth_known else "changed"


def write_caption(epsilon: str, shares: Sequence[float], mark: Mark) -> tuple[str, str]:
    """Writes the two lines below a frame: the epsilon, and the model's answer to the picture.

    Args:
        epsilon: Epsilon as it is to be written.
        shares: The probability of each class.
        mark: What stands behind the answer.
    """
    winner = int(np.argmax(shares))
    answer = f"{LABELS[winner].replace('_', ' ')} {100 * shares[winner]:.1f} %"
    return f"epsilon {epsilon}", f"{answer}: {mark}" if mark else answer


def choose_durations(marks: Sequence[Mark]) -> list[int]:
    """Chooses how long each frame stands, in milliseconds.

    Args:
        marks: What stands behind each answer.
    """
    others = [mark in ("wrong", "changed") for mark in marks]
    stills = {0, len(others) - 1, *([others.index(True)] if any(others) else [])}
    return [HOLD_MS if index in stills else STEP_MS for index in range(len(others))]


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
