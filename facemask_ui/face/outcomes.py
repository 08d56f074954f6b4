"""How an attack on one face ended, as it looks everywhere: an icon and a word."""

from __future__ import annotations

from facemask_core.evaluation.verdicts import Outcome

OUTCOMES = {
    Outcome.FOOLED: (":material/bolt:", "Fooled"),
    Outcome.HELD: (":material/shield:", "Held"),
    Outcome.CHANGED: (":material/bolt:", "Changed"),
    Outcome.UNCHANGED: (":material/shield:", "Unchanged"),
    Outcome.UNMOVED: (":material/pause_circle:", "Unmoved"),
    Outcome.ALREADY_WRONG: (":material/block:", "Was already wrong"),
    Outcome.UNSURE: (":material/help:", "Unsure"),
}
