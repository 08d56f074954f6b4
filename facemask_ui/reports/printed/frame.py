"""What every printed page stands in: its head, its policy, the lab's colours and style sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from facemask_ui.base.palette import DARK, LIGHT, Palette
from facemask_ui.reports.printed.markup import Markup, element

_STYLE = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Should any text ever slip through as markup, browsers would neither run nor fetch anything."""


def framed(title: str, content: Sequence[Markup], *, lang: str = "en", style: str = "") -> str:
    """Writes a self-contained HTML page.

    Args:
        title: For the browser's tab and the margin of a sheet.
        content: The page's parts.
        lang: The code of its language.
        style: Rules of its own, after those that all pages share.
    """
    head = element(
        "head",
        Markup('<meta charset="utf-8">'),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'),
        Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        Markup('<meta name="color-scheme" content="light dark">'),
        element("title", title),
        Markup(f"<style>{_colours()}\n{_STYLE}{style}</style>"),
    )
    body = element("body", element("main", *content))
    return f"<!doctype html>\n{element('html', head, body, lang=lang).text}\n"


def _colours() -> str:
    """The lab's colours as the style sheet's variables; paper is light whatever the screen is."""
    dark = f"@media screen and (prefers-color-scheme: dark) {{ {_variables(DARK)} }}"
    return f"{_variables(LIGHT)}\n{dark}"


def _variables(palette: Palette) -> str:
    named = {key: value for key, value in asdict(palette).items() if isinstance(value, str)}
    return ":root { " + " ".join(f"--{key}: {value};" for key, value in named.items()) + " }"
