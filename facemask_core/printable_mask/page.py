"""The page to print: a pattern at its real size, the line to cut along, and what is known of it."""

from __future__ import annotations

import base64
import html
from collections.abc import Mapping, Sequence
from typing import Any

import cv2
import numpy as np

from facemask_core.pictures import images
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

_RULER_CM = 10
_EDGE = 3
"""Fields that are printed beyond the pattern, in its edge's colours, since the line is round."""
_FINER = 8
"""Pixels of the printed picture a field, either way."""
_PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<style>
@page {{ size: A4; margin: 0; }}
body {{ box-sizing: border-box; width: 21cm; margin: 0 auto; padding: 1.2cm 1.2cm 0;
  background: #fff; color: #111; font: 11pt/1.4 sans-serif; print-color-adjust: exact; }}
h1 {{ font-size: 17pt; margin: 0 0 .4cm; }}
svg {{ display: block; margin: 0 auto .3cm; }}
</style></head><body><h1>{title}</h1>
<svg xmlns="http://www.w3.org/2000/svg" width="{width:.3f}cm" height="{height:.3f}cm"
 viewBox="0 0 {width:.3f} {height:.3f}" role="img" aria-label="{title}">
<image href="data:image/png;base64,{picture}" width="{width:.3f}" height="{printed:.3f}"
 preserveAspectRatio="none"/>
<path d="{outline}" fill="none" stroke="#fff" stroke-width=".12"/>
<path d="{outline}" fill="none" stroke="#111" stroke-width=".04"/>
<path d="{ruler}" fill="none" stroke="#111" stroke-width=".04"/>
<text x="{ruler_end:.3f}" y="{ruler_text:.3f}" font-size=".4"
 font-family="sans-serif">{centimetres} cm</text>
</svg>
{paragraphs}
</body></html>
"""


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


def draw_page(pattern: Pattern, title: str, lines: Sequence[str], *, language: str = "en") -> bytes:
    """Draws an A4 page that prints a pattern at its real size.

    Args:
        pattern: The colours.
        title: Its heading.
        lines: Paragraphs below the pattern.
        language: The code of the language that they are written in.

    Returns:
        An HTML file that loads nothing.
    """
    field = np.array([WIDTH_CM / COLUMNS, HEIGHT_CM / ROWS])
    edged = np.pad(pattern, ((_EDGE, _EDGE), (_EDGE, _EDGE), (0, 0)), mode="edge")
    width, printed = field * edged.shape[1::-1]
    size = (_FINER * edged.shape[1], _FINER * edged.shape[0])
    larger = np.clip(cv2.resize(edged, size, interpolation=cv2.INTER_CUBIC), 0.0, 1.0)
    picture = images.encode_png(images.to_uint8(larger))
    below = printed + 0.4
    ticks = "".join(f"M{x + 0.1:.1f} {below:.3f}v.3" for x in range(_RULER_CM + 1))
    page = _PAGE.format(
        language=html.escape(language),
        title=html.escape(title),
        width=width,
        height=printed + 1.0,
        printed=printed,
        picture=base64.b64encode(picture).decode("ascii"),
        outline=_draw_outline(field),
        ruler=f"{ticks}M.1 {below + 0.15:.3f}h{_RULER_CM}",
        ruler_end=_RULER_CM + 0.4,
        ruler_text=below + 0.3,
        centimetres=_RULER_CM,
        paragraphs="\n".join(f"<p>{html.escape(line)}</p>" for line in lines),
    )
    return page.encode()


def _draw_outline(field: np.ndarray) -> str:
    """Draws the line to cut along, in centimetres."""
    corners = smooth_outline(outline_flat() + _EDGE) * field
    return "M" + "L".join(f"{x:.3f} {y:.3f}" for x, y in corners) + "Z"
