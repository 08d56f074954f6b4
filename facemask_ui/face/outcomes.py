"""How an attack on one face ended, as it looks everywhere: an icon and a word."""

from __future__ import annotations

from facemask_core.evaluation.verdicts import Outcome

OUTCOMES = {
    Outcome.FOOLED: (":material/bolt:", "Fooled"),
    Outcome.HELD: (":material/shield:", "Held"),
    Outcome.UNMOVED: (":material/pause_circle:", "Unmoved"),
    Outcome.ALREADY_WRONG: (":material/block:", "Was already wrong"),
    Outcome.UNSURE: (":material/help:", "Unsure"),
}
CHANGES = OUTCOMES | {
    Outcome.FOOLED: (":material/bolt:", "Changed"),
    Outcome.HELD: (":material/shield:", "Unchanged"),
}
"""The same where nobody says the right answer, and the attack drives away from the model's own."""
