"""The page to print: a pattern at its real size, the line to cut along, and what is known of it."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from facemask_core.pictures.images import to_uint8
from facemask_core.pictures.splines import smooth_outline
from facemask_core.printable_mask.cloth_pattern import (
    COLUMNS,
    HEIGHT_CM,
    ROWS,
    WIDTH_CM,
    Pattern,
    outline_flat,
)
from facemask_core.printable_mask.effect import STATEMENT

_DOTS_PER_CM = 60
_A4_CM = (21.0, 29.7)
_MARGIN_CM, _TOP_CM = 1.9, 3.2
_RULER_CM = 10
_INK = (20, 20, 20)
_LETTERS = 92
"""Letters that fit into a line of the page."""


def describe(model: str, figures: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Writes the page's heading and its text.

    Args:
        model: The model that the pattern was trained against.
        figures: What was measured, as :func:`effect.measure_effect` returns it, by group of faces.
    """
    lines = [
        "Print at 100 %, on paper or on sheets that are ironed onto cloth, and check the ruler. "
        "Cut along the line, and fix it onto an ordinary mask, which goes on protecting.",
        f"The pattern was trained to make the model {model} overlook the mask. It was trained "
        "against this one model, whose insides were known.",
    ]
    for group in ("portraits", "photographs"):
        if group in figures:
            counts = {name: found["all"] for name, found in figures[group].items()}
            told = ", ".join(
                f"{name} {it['called_unmasked']} of {it['faces']}" for name, it in counts.items()
            )
            lines.append(f"Called unmasked, of {group} that it was not trained on: {told}.")
    return f"A mask that {model} overlooks", [*lines, STATEMENT]


def draw_page(pattern: Pattern, title: str, lines: Sequence[str]) -> bytes:
    """Draws an A4 page that prints a pattern at its real size.

    Args:
        pattern: The colours.
        title: Its heading.
        lines: Paragraphs below the pattern, wrapped here.

    Returns:
        A PDF file of one page.
    """
    page = Image.new("RGB", (_to_dots(_A4_CM[0]), _to_dots(_A4_CM[1])), "white")
    size = (_to_dots(WIDTH_CM), _to_dots(HEIGHT_CM))
    place = ((page.width - size[0]) // 2, _to_dots(_TOP_CM))
    printed = Image.fromarray(to_uint8(pattern)).resize(size, Image.Resampling.BICUBIC)
    page.paste(printed, place)
    draw = ImageDraw.Draw(page)
    outline = smooth_outline(outline_flat() * (size[0] / COLUMNS, size[1] / ROWS)) + place
    corners = [(float(x), float(y)) for x, y in np.vstack([outline, outline[:1]])]
    draw.line(corners, fill="white", width=9)
    draw.line(corners, fill=_INK, width=3)
    left = _to_dots(_MARGIN_CM)
    draw.text((left, _to_dots(1.4)), title, fill=_INK, font=_font(0.62))
    below = _draw_ruler(draw, left, place[1] + size[1] + _to_dots(0.8))
    for line in lines:
        text = textwrap.fill(line, _LETTERS)
        draw.multiline_text((left, below), text, fill=_INK, font=_font(0.4), spacing=12)
        below += _to_dots(0.62) * (text.count("\n") + 1) + _to_dots(0.25)
    buffer = io.BytesIO()
    page.save(buffer, "PDF", resolution=_DOTS_PER_CM * 2.54, title=title)
    return buffer.getvalue()


def _draw_ruler(draw: ImageDraw.ImageDraw, left: int, top: int) -> int:
    """Draws a line of ten centimetres to check the printer by; returns where the text may begin."""
    right = left + _to_dots(_RULER_CM)
    draw.line([(left, top), (right, top)], fill=_INK, width=3)
    for centimetre in range(_RULER_CM + 1):
        x = left + _to_dots(centimetre)
        draw.line([(x, top - 9), (x, top + 9)], fill=_INK, width=3)
    draw.text((right + 24, top - 18), f"{_RULER_CM} cm", fill=_INK, font=_font(0.4))
    return top + _to_dots(0.7)


def _to_dots(centimetres: float) -> int:
    return round(centimetres * _DOTS_PER_CM)


def _font(centimetres: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(_to_dots(centimetres))
