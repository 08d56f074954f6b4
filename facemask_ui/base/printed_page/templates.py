"""The templates of printed pages: everything that is filled in is escaped, so that no text is HTML.

A file's name is a stranger's text, and a page is opened outside the lab. So the environment escapes
all values by default, and no template turns that off.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from facemask_core.text import visible
from facemask_ui.base.palette import DARK, LIGHT, Palette
from facemask_ui.language import percent

_SHARED = Path(__file__).parent


def open_templates(folder: Path) -> Environment:
    """Opens the templates of a page, together with those that all printed pages share.

    Args:
        folder: Where the page's own templates and style sheets lie.
    """
    environment = Environment(
        loader=FileSystemLoader([folder, _SHARED]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_make_visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["percent"] = percent
    environment.globals["colours"] = {"light": _variables(LIGHT), "dark": _variables(DARK)}
    return environment


def _make_visible(value: Any) -> Any:
    """Spells out characters that nobody sees; what a template has written already stays."""
    return value if hasattr(value, "__html__") else visible(str(value))


def _variables(palette: Palette) -> dict[str, str]:
    """The colours that the style sheet has a variable for."""
    return {name: value for name, value in asdict(palette).items() if isinstance(value, str)}
