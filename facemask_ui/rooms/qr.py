"""An address as a picture that a phone's camera reads."""

from __future__ import annotations

import io

import segno

_BORDER = 4
"""Modules of quiet around the code, as its standard asks for."""


def draw_svg(text: str) -> str:
    """Draws a code as SVG without a size of its own, dark on white in every theme.

    Args:
        text: The address.
    """
    out = io.BytesIO()
    code = segno.make_qr(text, error="m")
    code.save(out, kind="svg", xmldecl=False, omitsize=True, light="#fff", border=_BORDER)
    return out.getvalue().decode()


def draw_text(text: str) -> str:
    """Draws a code out of half blocks, for a terminal.

    Args:
        text: The address.
    """
    out = io.StringIO()
    segno.make_qr(text, error="l").terminal(out, border=2, compact=True)
    return out.getvalue()
