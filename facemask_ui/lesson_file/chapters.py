"""The lesson's chapters as the page reads them: strings, formulas, figures from result files."""

from __future__ import annotations

from typing import Any

from latex2mathml.converter import convert

from facemask_ui.choices import models
from facemask_ui.language.texts import Texts
from facemask_ui.lesson import subjects
from facemask_ui.lesson.chapters import (
    CHAPTERS,
    Chapter,
    base,
    defence,
    numbers,
    others,
    sign,
    smallest,
)
from facemask_ui.lesson.chapters.meaning import Meaning
from facemask_ui.lesson_file.stored import StoredAnswers

_KNOWN = ("numbers", "meaning")
"""Chapters whose right options do not hang on a measurement."""


def describe_chapters(
    texts: Texts, stored: StoredAnswers, first: str, twin: str, *, weights: int
) -> dict[str, Any]:
    """Describes all chapters.

    Args:
        texts: The lesson's strings.
        stored: What a browser cannot compute.
        first: The model under attack.
        twin: Its robust twin.
        weights: How many numbers the first model has learned.
    """
    return {
        "chapters": [_describe_chapter(texts, chapter, stored) for chapter in CHAPTERS],
        "glossary": texts.list_terms(),
        "settings": {
            "first": first,
            "twin": twin,
            "small": subjects.SMALL,
            "strong": subjects.STRONG,
            "transfer": others.pick_face().level,
            "steps": subjects.STEPS,
            "most": subjects.MOST,
            "draws": sign.DRAWS,
            "patch": [numbers.TOP, numbers.LEFT, numbers.SIDE],
            "upper": list(smallest.UPPER),
            "shares": list(base.SHARES),
            "weights": weights,
        },
        "stored": vars(stored),
        "titles": {name: models.title(name) for name in (first, *stored.after)},
        "price": _describe_price(texts),
    }


def _describe_chapter(texts: Texts, chapter: Chapter[Any], stored: StoredAnswers) -> dict[str, Any]:
    constants = chapter.write_constants(texts)
    choice: list[str] = []
    if isinstance(chapter, others.Others):
        constants["others"] = str(len(stored.after))
        choice = chapter.tell_choice(texts)
    return {
        "name": chapter.name,
        "sample": chapter.sample,
        "alt": subjects.describe_face(texts, chapter.sample) if chapter.sample else "",
        "words": texts.read_table(f"chapter.{chapter.name}"),
        "choice": "\n\n".join(choice),
        "constants": constants,
        "formula": convert(
            chapter.formula.replace(r"\arg", r"\operatorname{arg}"), display="block"
        ),
        "answers": chapter.pick_answers(None) if chapter.name in _KNOWN else None,
        "truths": isinstance(chapter, Meaning),
    }


def _describe_price(texts: Texts) -> dict[str, Any] | None:
    """Describes what the defence costs, from the published reports; None where there are none."""
    price = defence.write_cost(texts)
    if price is None:
        return None
    return {
        "cost": texts.say("chapter.defence.cost", **price),
        "accuracies": defence.tabulate_accuracies(texts),
        "caution": defence.warn_of_other_photographs(texts),
        "uneven": defence.describe_weakest(texts),
        "tones": defence.tabulate_tones(texts),
    }
