"""How an attack on one face ended, as it looks everywhere: an icon and a word."""

from __future__ import annotations

from facemask_core.evaluation.verdicts import Outcome
from facemask_ui.language import say

ICONS = {
    Outcome.FOOLED: ":material/bolt:",
    Outcome.HELD: ":material/shield:",
    Outcome.CHANGED: ":material/bolt:",
    Outcome.UNCHANGED: ":material/shield:",
    Outcome.UNMOVED: ":material/pause_circle:",
    Outcome.ALREADY_WRONG: ":material/block:",
    Outcome.UNSURE: ":material/help:",
}


def name_outcome(outcome: Outcome) -> str:
    """Names an outcome in a word or two, such as ``Fooled``."""
    return say(f"verdict.outcomes.{outcome.name.lower()}")
