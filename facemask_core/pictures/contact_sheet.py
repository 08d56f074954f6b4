"""A contact sheet: small pictures in rows, with a caption below each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

_CAPTION, _GAP, _EDGE = 40, 8, 4
"""Height of two lines of a caption, the space between pictures, and an edge's width, in pixels."""
_PAPER, _INK, _MARK = "#FFFFFF", "#0E141B", "#D55E00"


@dataclass(frozen=True, eq=False)
class Frame:
    """A picture of a contact sheet.

    Attributes:
        picture: uint8 (height, width, 3); all pictures of a sheet have the same size.
        lines: At most two lines of a caption.
        marked: Whether it has a coloured edge.
    """

    picture: NDArray[np.uint8]
    lines: tuple[str, ...]
    marked: bool = False


def draw_contact_sheet(rows: Sequence[Sequence[Frame]]) -> NDArray[np.uint8]:
    """Draws pictures in rows, without touching a pixel of them.

    Args:
        rows: The frames, at least one; rows may differ in length.

    Returns:
        uint8 (height, width, 3).
    """
    height, width = rows[0][0].picture.shape[:2]
    across, down = width + 2 * _EDGE + _GAP, height + 2 * _EDGE + _CAPTION + _GAP
    size = (max(map(len, rows)) * across + _GAP, len(rows) * down + _GAP)
    sheet = Image.new("RGB", size, _PAPER)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(15)
    for row, frames in enumerate(rows):
        for column, frame in enumerate(frames):
            left, top = _GAP + column * across, _GAP + row * down
            if frame.marked:
                corner = (left + width + 2 * _EDGE - 1, top + height + 2 * _EDGE - 1)
                pen.rectangle((left, top, *corner), fill=_MARK)
            sheet.paste(Image.fromarray(frame.picture), (left + _EDGE, top + _EDGE))
            for line, text in enumerate(frame.lines):
                place = (left + _EDGE, top + height + 2 * _EDGE + 1 + 19 * line)
                pen.text(place, text, fill=_INK, font=font)
    return np.array(sheet, np.uint8)
