"""The lab's colours and icons as a style sheet, in place of Streamlit's."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import quote

from facemask_core import paths
from facemask_ui.base.palette import DARK, LIGHT, Palette

_ICONS = Path(__file__).parent / "page" / "icons"
_CAPITAL = re.compile(r"[A-Z]")


def write_colours() -> str:
    """Writes the lab's two themes as variables; paper is light whatever the screen is."""
    shared = f"--st-base-radius: {_read_config()['baseRadius']};"
    light, dark = (
        _write_theme(read_theme(name), palette)
        for name, palette in (("light", LIGHT), ("dark", DARK))
    )
    return (
        f":root {{ {shared} {light} }}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n"
    )


def read_theme(name: str) -> dict[str, Any]:
    """Reads one of the lab's themes, ``light`` or ``dark``, as Streamlit is given it."""
    theme: dict[str, Any] = _read_config()[name]
    return theme


def _read_config() -> dict[str, Any]:
    text = (paths.APP.parent / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    config: dict[str, Any] = tomllib.loads(text)["theme"]
    return config


def _write_theme(theme: dict[str, Any], palette: Palette) -> str:
    named = {_CAPITAL.sub(lambda sign: f"-{sign[0].lower()}", key): it for key, it in theme.items()}
    colours = {key: value for key, value in named.items() if isinstance(value, str)}
    colours |= {"green-text-color": palette.lines[1], "other-line-color": palette.lines[1]}
    own = {"on-class-0": palette.on_classes[0], "on-class-1": palette.on_classes[1]}
    return " ".join(
        [
            *(f"--st-{key}: {value};" for key, value in colours.items()),
            *(f"--{key}: {value};" for key, value in own.items()),
        ]
    )


def write_icons() -> str:
    """Writes the style that draws an icon in place of its name; no font comes with the file."""
    rules = [(_ICONS.parent / "icons.css").read_text(encoding="utf-8")]
    for file in sorted(_ICONS.glob("*.svg")):
        address = f"data:image/svg+xml,{quote(file.read_text(encoding='utf-8').strip())}"
        rules.append(f'.icon[data-icon="{file.stem}"] {{ --icon: url("{address}"); }}')
    return "\n".join(rules)
