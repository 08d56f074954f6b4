"""What the components in the browser share: their files, their controls, pictures as text."""

from __future__ import annotations

import base64
import io
from pathlib import Path

from PIL import Image


def texts(module: str, *names: str) -> tuple[str, ...]:
    """Reads files that lie beside a module.

    Args:
        module: The module's ``__file__``.
        *names: The files.
    """
    folder = Path(module).parent
    return tuple((folder / name).read_text(encoding="utf-8") for name in names)


(CONTROLS,) = texts(__file__, "controls.css")
"""The look of buttons, icons and verdicts, to go before a component's own."""


def png_address(picture: Image.Image) -> str:
    """Writes a picture into its own address: it travels with the page and is stored nowhere."""
    buffer = io.BytesIO()
    picture.save(buffer, format="PNG")
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def webp_address(picture: Image.Image) -> str:
    """As :func:`png_address`, to the same pixels in an eighth of the time; for what comes often."""
    buffer = io.BytesIO()
    picture.save(buffer, format="WEBP", lossless=True, method=0)
    return f"data:image/webp;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def glyph(icon: str) -> str:
    """A material icon's name, without Streamlit's markup."""
    return icon.removeprefix(":material/").removesuffix(":")
