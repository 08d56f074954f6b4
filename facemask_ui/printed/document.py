"""The whole page: its head, its colours and its sections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from facemask_core import attacks
from facemask_core.epsilons import describe_epsilon
from facemask_core.evaluation import Evaluation
from facemask_ui import models
from facemask_ui.palette import DARK, LIGHT, Palette
from facemask_ui.printed import sections
from facemask_ui.printed.markup import Markup, element
from facemask_ui.rivals import Duel

_STYLE = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Should any text ever slip through as markup, browsers would neither run nor fetch anything."""


def document(report: Evaluation, duels: Sequence[Duel] = ()) -> str:
    """Writes a report as one self-contained HTML page.

    Args:
        report: What to write.
        duels: How it compares with other models'.
    """
    head = element(
        "head",
        Markup('<meta charset="utf-8">'),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'),
        Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        Markup('<meta name="color-scheme" content="light dark">'),
        element("title", _title(report)),
        Markup(f"<style>{_colours()}\n{_STYLE}</style>"),
    )
    body = element("body", element("main", *_content(report, duels)))
    return f"<!doctype html>\n{element('html', head, body, lang='en').text}\n"


def _title(report: Evaluation) -> str:
    """Short enough for a browser's tab and the margin of a sheet."""
    title = f"Face-mask report: {models.name(report.model)}"
    if report.threat_model is None:
        return title
    attack = attacks.get(report.threat_model["attack"]).title
    return f"{title}, {attack}, epsilon {describe_epsilon(report.threat_model['epsilon'])}"


def _content(report: Evaluation, duels: Sequence[Duel]) -> list[Markup]:
    return [
        element("h1", "How often does it go wrong?"),
        element("p", f"{models.name(report.model)} on {len(report.paths)} images.", class_="lead"),
        sections.figures(report),
        sections.threat_model(report),
        sections.answers(report),
        sections.confidence(report),
        sections.rivals(duels),
        sections.sources(report),
        sections.skipped(report),
        sections.identity(report),
    ]


def _colours() -> str:
    """The lab's colours as the style sheet's variables; paper is light whatever the screen is."""
    dark = f"@media screen and (prefers-color-scheme: dark) {{ {_variables(DARK)} }}"
    return f"{_variables(LIGHT)}\n{dark}"


def _variables(palette: Palette) -> str:
    named = {key: value for key, value in asdict(palette).items() if isinstance(value, str)}
    return ":root { " + " ".join(f"--{key}: {value};" for key, value in named.items()) + " }"
