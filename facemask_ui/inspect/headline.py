"""What several models say about one face, in one sentence."""

from __future__ import annotations

from collections.abc import Mapping

from facemask_core.evaluation.verdicts import Verdict
from facemask_core.labels import WITH_MASK, WITHOUT_MASK
from facemask_ui.base import messages, palette

UNSURE = 0.6
"""A model less confident than this is called unsure: another crop of the face may tip it."""
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

_Verdicts = Mapping[str, Verdict]


def headline(verdicts: _Verdicts) -> str:
    """Says in Markdown whether models agree, on what, and which of them are unsure.

    Args:
        verdicts: What each model says, by the model's name; at least one.
    """
    if len(verdicts) == 1:
        (verdict,) = verdicts.values()
        return palette.write_verdict(verdict) + (", but unsure" if _is_unsure(verdict) else "")
    sides = [
        {name: verdict for name, verdict in verdicts.items() if verdict.label == label}
        for label in (WITH_MASK, WITHOUT_MASK)
    ]
    larger, smaller = sorted(sides, key=len, reverse=True)  # stable: at a tie "with mask" leads
    if not smaller:
        return _agreement(larger)
    if len(larger) == len(smaller):
        return f"The models disagree: {_opinion(larger)}; {_opinion(smaller)}"
    majority = f"{_number(len(larger))} of {_number(len(verdicts))} models".capitalize()
    return f"{majority} say {_answer(larger)}; {_opinion(smaller)}"


def _agreement(verdicts: _Verdicts) -> str:
    both = len(verdicts) == 2
    told = "Both models" if both else f"All {_number(len(verdicts))} models"
    agreed = f"{told} agree: {_answer(verdicts)}"
    unsure = {name: verdict for name, verdict in verdicts.items() if _is_unsure(verdict)}
    if not unsure:
        return agreed
    if len(unsure) == len(verdicts):
        return f"{agreed}, but {'neither' if both else 'none'} is sure"
    verb = "is" if len(unsure) == 1 else "are"
    return f"{agreed}, but {_names(unsure)} {verb} unsure ({_confidences(unsure)})"


def _opinion(verdicts: _Verdicts) -> str:
    """Who says so, what, and how surely."""
    verb = "says" if len(verdicts) == 1 else "say"
    return f"{_names(verdicts)} {verb} {_answer(verdicts)} ({_confidences(verdicts)})"


def _answer(verdicts: _Verdicts) -> str:
    """The class they agree on."""
    return palette.write_class(next(iter(verdicts.values())).label)


def _names(verdicts: _Verdicts) -> str:
    return _listed([messages.escape_markdown(name) for name in verdicts])


def _confidences(verdicts: _Verdicts) -> str:
    return _listed(
        [palette.keep_together(palette.percent(v.confidence)) for v in verdicts.values()]
    )


def _listed(words: list[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def _number(count: int) -> str:
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def _is_unsure(verdict: Verdict) -> bool:
    return verdict.confidence < UNSURE
