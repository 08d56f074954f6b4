"""Every text the component shows, from the language's file; ``{…}`` is filled in by the browser."""

from __future__ import annotations

from typing import Any, Literal

from facemask_core.evaluation.verdicts import Outcome
from facemask_ui.base import palette
from facemask_ui.base.browser import strip_icon
from facemask_ui.face.outcomes import ICONS
from facemask_ui.language import read_table

Figures = Literal["sweep", "steps"]
"""Which numbers are shown at each notch: those of every epsilon, or of an attack's steps."""
_OUTCOMES = {
    "fooled": Outcome.FOOLED,
    "held": Outcome.HELD,
    "unmoved": Outcome.UNMOVED,
    "untouched": Outcome.UNMOVED,
    "wrong": Outcome.ALREADY_WRONG,
    "unsure": Outcome.UNSURE,
    "doubt": Outcome.UNSURE,
}


def read_words(figures: Figures, *, truth_known: bool) -> dict[str, Any]:
    """Reads the component's texts in the page's language.

    Args:
        figures: The numbers to be shown at each notch.
        truth_known: Whether the right answer is known. Where it is not, a model is not called
            fooled: another verdict may be for the better.
    """
    words = read_table("lab.words")
    hanging = read_table("lab.known" if truth_known else "lab.unknown")
    return {
        **words,
        **hanging,
        "outcomes": words["outcomes"] | hanging["outcomes"],
        "pictures": read_table("verdict.pictures"),
        "percentage": read_table("percentage"),
        "figures": read_table(f"lab.figures.{figures}"),
        "classes": palette.name_classes(),
        "classIcons": [strip_icon(icon) for icon in palette.ICONS],
        "icons": {key: strip_icon(ICONS[outcome]) for key, outcome in _OUTCOMES.items()},
    }
