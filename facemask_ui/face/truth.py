"""The right answer: known for samples; for a picture of one's own only its owner can say it."""

from __future__ import annotations

import streamlit as st

from facemask_core.evaluation.verdicts import Verdict
from facemask_core.labels import LABELS, WITH_MASK, WITHOUT_MASK
from facemask_ui.base.palette import ICONS, name_class
from facemask_ui.face.pictures import Picture
from facemask_ui.language import say

_ANSWERS: dict[str, int | None] = {"yes": WITH_MASK, "no": WITHOUT_MASK, "unsaid": None}


def choose_label(picture: Picture) -> int | None:
    """Draws the true class of a sample, or asks for that of a visitor's own picture.

    Returns:
        The class, or None where nobody says it.
    """
    if picture.label is not None:
        answer = f"{ICONS[picture.label]} {name_class(picture.label).lower()}"
        st.caption(say("truth.known", answer=answer))
        return picture.label
    said = st.segmented_control(
        say("truth.question"),
        list(_ANSWERS),
        format_func=lambda answer: say(f"truth.answers.{answer}"),
        default=_read_first_answer(picture),
        required=True,
        key=f"truth:{picture.sha256[:16]}",
        persist_state="session",
        help=say("truth.reason"),
    )
    return _ANSWERS[str(said)]


def _read_first_answer(picture: Picture) -> str:
    """What the note in a picture of the lab's says, or nothing."""
    note = picture.reading.note
    label = None if note is None or note.true_class is None else LABELS.index(note.true_class)
    return next(answer for answer, meaning in _ANSWERS.items() if meaning == label)


def settle_label(label: int | None, before: Verdict) -> int:
    """Picks the class that an attack drives away from: the true one, or else the model's answer.

    Args:
        label: The true class, if it is known.
        before: The model's answer.
    """
    return before.label if label is None else label


def describe_mistake(picture: Picture, label: int | None, before: Verdict, model: str) -> None:
    """Says that a model is wrong about a visitor's own picture before any attack, if it is.

    Args:
        picture: The picture.
        label: The true class, or None where nobody says it.
        before: The model's answer.
        model: What the model is called.
    """
    if picture.label is None and label not in (None, before.label) and not before.unsure:
        truth, answer = name_class(label).lower(), name_class(before.label).lower()
        sentence = say("truth.mistaken", model=model, truth=truth, answer=answer)
        st.info(sentence, icon=":material/block:")
