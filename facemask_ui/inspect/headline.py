"""The answers of several models about one face, in one sentence."""

from __future__ import annotations

from collections.abc import Mapping

from facemask_core.evaluation.verdicts import Verdict
from facemask_core.labels import WITH_MASK, WITHOUT_MASK
from facemask_ui import language
from facemask_ui.base import messages, palette

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

_Verdicts = Mapping[str, Verdict]


def write_headline(verdicts: _Verdicts) -> str:
    """Writes in Markdown whether models agree, on what, and which of them are unsure.

    Args:
        verdicts: Each model's verdict by the model's name; at least one.
    """
    if len(verdicts) == 1:
        (verdict,) = verdicts.values()
        return palette.write_verdict(verdict) + (", but unsure" if verdict.unsure else "")
    sides = [
        {name: verdict for name, verdict in verdicts.items() if verdict.label == label}
        for label in (WITH_MASK, WITHOUT_MASK)
    ]
    larger, smaller = sorted(sides, key=len, reverse=True)  # stable: at a tie "with mask" leads
    if not smaller:
        return _write_agreement(larger)
    if len(larger) == len(smaller):
        return f"The models disagree: {_write_opinion(larger)}; {_write_opinion(smaller)}"
    majority = f"{_write_number(len(larger))} of {_write_number(len(verdicts))} models".capitalize()
    return f"{majority} say {_write_answer(larger)}; {_write_opinion(smaller)}"


def write_check(verdicts: _Verdicts, label: int) -> str:
    """Writes which models agree with what the visitor says.

    Args:
        verdicts: Each model's verdict by the model's name; at least one.
        label: The class that the visitor says is the true one.
    """
    sure = {name: verdict for name, verdict in verdicts.items() if not verdict.unsure}
    wrong = {name: verdict for name, verdict in sure.items() if verdict.label != label}
    said = f"You say {palette.write_class(label)}:"
    if not sure:
        return f"{said} {'the model is' if len(verdicts) == 1 else 'all models are'} unsure."
    if not wrong:
        who = "the model is" if len(verdicts) == 1 else "every model that is sure is"
        return f"{said} {who} right."
    verb = "is" if len(wrong) == 1 else "are"
    return f"{said} {_write_names(wrong)} {verb} wrong, without any attack."


def _write_agreement(verdicts: _Verdicts) -> str:
    both = len(verdicts) == 2
    subject = "Both models" if both else f"All {_write_number(len(verdicts))} models"
    agreement = f"{subject} agree: {_write_answer(verdicts)}"
    unsure = {name: verdict for name, verdict in verdicts.items() if verdict.unsure}
    if not unsure:
        return agreement
    if len(unsure) == len(verdicts):
        return f"{agreement}, but {'neither' if both else 'none'} is sure"
    verb = "is" if len(unsure) == 1 else "are"
    return f"{agreement}, but {_write_names(unsure)} {verb} unsure ({_write_confidences(unsure)})"


def _write_opinion(verdicts: _Verdicts) -> str:
    """Writes which models give an answer, which answer, and with what confidence."""
    verb = "says" if len(verdicts) == 1 else "say"
    answer = _write_answer(verdicts)
    return f"{_write_names(verdicts)} {verb} {answer} ({_write_confidences(verdicts)})"


def _write_answer(verdicts: _Verdicts) -> str:
    """Writes the class that all these models answer."""
    return palette.write_class(next(iter(verdicts.values())).label)


def _write_names(verdicts: _Verdicts) -> str:
    return _join_words([messages.escape_markdown(name) for name in verdicts])


def _write_confidences(verdicts: _Verdicts) -> str:
    return _join_words(
        [palette.keep_together(language.percent(v.confidence)) for v in verdicts.values()]
    )


def _join_words(words: list[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def _write_number(count: int) -> str:
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)
