"""What several models say about one face, in one line."""

from __future__ import annotations

from collections.abc import Sequence

from facemask_core.labels import LABELS
from facemask_core.verdicts import Verdict
from facemask_ui import palette


def headline(verdicts: Sequence[Verdict]) -> str:
    """Says in Markdown whether models agree, and on what.

    Args:
        verdicts: One a model, at least one.
    """
    if len(verdicts) == 1:
        return palette.phrase(verdicts[0])
    counts = [sum(verdict.label == label for verdict in verdicts) for label in range(len(LABELS))]
    if max(counts) == len(verdicts):
        told = "Both models" if len(verdicts) == 2 else f"All {len(verdicts)} models"
        return f"{told}: {palette.word(verdicts[0].label)}"
    votes = ", ".join(f"{counts[label]} {palette.word(label)}" for label in reversed(range(2)))
    return f"The models disagree: {votes}"
