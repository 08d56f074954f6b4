"""The right answer: known for samples; for a picture of one's own only its owner can say it."""

from __future__ import annotations

import streamlit as st

from facemask_core.evaluation.verdicts import Verdict
from facemask_core.labels import LABELS, WITH_MASK, WITHOUT_MASK
from facemask_ui.base.palette import ICONS, name_class
from facemask_ui.face.pictures import Picture

UNSAID = "Do not say"
_CHOICES: dict[str, int | None] = {"Yes": WITH_MASK, "No": WITHOUT_MASK, UNSAID: None}


def choose_label(picture: Picture) -> int | None:
    """Draws the true class of a sample, or asks for that of a visitor's own picture.

    Returns:
        The class, or None where nobody says it.
    """
    if picture.label is not None:
        st.caption(f"True answer: {ICONS[picture.label]} {name_class(picture.label).lower()}")
        return picture.label
    answer = st.segmented_control(
        "Do you wear a mask?",
        list(_CHOICES),
        default=_read_first_answer(picture),
        required=True,
        key=f"truth:{picture.sha256[:16]}",
        persist_state="session",
        help="Only you know. With an answer, the lab can say whether the model is right, and the "
        "attack drives it away from that answer; without one it says only whether the verdict "
        "changes. Your answer stays in this tab, and in what you download.",
    )
    return _CHOICES[str(answer)]


def _read_first_answer(picture: Picture) -> str:
    """What the note in a picture of the lab's says, or nothing."""
    note = picture.reading.note
    label = None if note is None or note.true_class is None else LABELS.index(note.true_class)
    return next(answer for answer, meaning in _CHOICES.items() if meaning == label)


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
        st.info(
            f"{model} is already wrong without an attack: you say {name_class(label).lower()}, it "
            f"says {name_class(before.label).lower()}. Nothing below has fooled it; the attack "
            "only keeps it wrong.",
            icon=":material/block:",
        )
