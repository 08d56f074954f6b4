"""The answers of several models about one face, in one sentence."""

from __future__ import annotations

from collections.abc import Mapping

from facemask_core.evaluation.verdicts import Verdict
from facemask_core.labels import WITH_MASK, WITHOUT_MASK
from facemask_ui.base import messages, palette
from facemask_ui.language import join_names, percent, say, say_all

_Verdicts = Mapping[str, Verdict]


def write_headline(verdicts: _Verdicts) -> str:
    """Writes in Markdown whether models agree, on what, and which of them are unsure.

    Args:
        verdicts: Each model's verdict by the model's name; at least one.
    """
    if len(verdicts) == 1:
        (verdict,) = verdicts.values()
        alone = palette.write_verdict(verdict)
        return say("inspect.headline.unsure", verdict=alone) if verdict.unsure else alone
    sides = [
        {name: verdict for name, verdict in verdicts.items() if verdict.label == label}
        for label in (WITH_MASK, WITHOUT_MASK)
    ]
    larger, smaller = sorted(sides, key=len, reverse=True)  # stable: at a tie "with mask" leads
    if not smaller:
        return _write_agreement(larger)
    if len(larger) == len(smaller):
        first, second = _write_opinion(larger), _write_opinion(smaller)
        return say("inspect.headline.disagreement", first=first, second=second)
    return say(
        "inspect.headline.majority",
        number=_write_number(len(larger)).capitalize(),
        total=_write_number(len(verdicts)),
        answer=_write_answer(larger),
        opinion=_write_opinion(smaller),
    )


def write_check(verdicts: _Verdicts, label: int) -> str:
    """Writes which models agree with what the visitor says.

    Args:
        verdicts: Each model's verdict by the model's name; at least one.
        label: The class that the visitor says is the true one.
    """
    sure = {name: verdict for name, verdict in verdicts.items() if not verdict.unsure}
    wrong = {name: verdict for name, verdict in sure.items() if verdict.label != label}
    answer = palette.write_class(label)
    if wrong:
        names = _write_names(wrong)
        return say("inspect.headline.check.wrong", count=len(wrong), answer=answer, names=names)
    kind = "right" if sure else "unsure"
    return say(f"inspect.headline.check.{kind}", count=len(verdicts), answer=answer)


def _write_agreement(verdicts: _Verdicts) -> str:
    unsure = {name: verdict for name, verdict in verdicts.items() if verdict.unsure}
    who = "both" if len(verdicts) == 2 else "all"
    values = {"number": _write_number(len(verdicts)), "answer": _write_answer(verdicts)}
    if not unsure or len(unsure) == len(verdicts):
        return say(f"inspect.headline.{who}.{'neither' if unsure else 'sure'}", **values)
    return say(
        f"inspect.headline.{who}.some",
        count=len(unsure),
        names=_write_names(unsure),
        confidences=_write_confidences(unsure),
        **values,
    )


def _write_opinion(verdicts: _Verdicts) -> str:
    """Writes which models give an answer, which answer, and with what confidence."""
    return say(
        "inspect.headline.opinion",
        count=len(verdicts),
        names=_write_names(verdicts),
        answer=_write_answer(verdicts),
        confidences=_write_confidences(verdicts),
    )


def _write_answer(verdicts: _Verdicts) -> str:
    """Writes the class that all these models answer."""
    return palette.write_class(next(iter(verdicts.values())).label)


def _write_names(verdicts: _Verdicts) -> str:
    return join_names(messages.escape_markdown(name) for name in verdicts)


def _write_confidences(verdicts: _Verdicts) -> str:
    return join_names(palette.keep_together(percent(it.confidence)) for it in verdicts.values())


def _write_number(count: int) -> str:
    words = say_all("inspect.headline.numbers")
    return words[count] if count < len(words) else str(count)
