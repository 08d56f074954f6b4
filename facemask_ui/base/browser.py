"""What the components in the browser have in common: files, controls, pictures as text."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path

from PIL import Image


def read_texts(module: str, *names: str) -> tuple[str, ...]:
    """Reads the text files that lie beside a module.

    Args:
        module: The module's ``__file__``.
        *names: The names of the files.

    Returns:
        Their contents, in the order of the names.
    """
    folder = Path(module).parent
    return tuple((folder / name).read_text(encoding="utf-8") for name in names)


(CONTROLS,) = read_texts(__file__, "controls.css")
"""The style of buttons, icons and verdicts; it goes before a component's own style."""
(SVG,) = read_texts(__file__, "svg.js")
"""The script that makes elements of a drawing; it goes before a component's own script."""


def wrap_component(name: str, script: str) -> str:
    """Writes a component's script as a constant of another one, for a page without Streamlit.

    Args:
        name: The constant: the function that Streamlit would call with ``data``,
            ``parentElement``, ``setStateValue`` and ``setTriggerValue``.
        script: The component's script, which exports that function.
    """
    body = re.sub(r"export\s+default\s", "component = ", script, count=1)
    return f"const {name} = (() => {{\nlet component;\n{body}\nreturn component;\n}})();"


def write_png_address(png: bytes) -> str:
    """Writes a PNG file as a data address: it travels with the page and is stored nowhere."""
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def write_webp_address(picture: Image.Image) -> str:
    """Writes a picture in an eighth of the time of PNG, for pictures that come often."""
    buffer = io.BytesIO()
    picture.save(buffer, format="WEBP", lossless=True, method=0)
    return f"data:image/webp;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def strip_icon(icon: str) -> str:
    """Strips Streamlit's markup from the name of a material icon."""
    return icon.removeprefix(":material/").removesuffix(":")
