"""The right answer: known for samples; for any other picture the visitor says it."""

from __future__ import annotations

import streamlit as st

from facemask_core.evaluation.verdicts import Verdict
from facemask_core.labels import WITH_MASK, WITHOUT_MASK
from facemask_ui.base.palette import ICONS, WORDS
from facemask_ui.face.pictures import Picture

_MODEL = "The model's word"
_CHOICES: dict[str, int | None] = {
    _MODEL: None,
    WORDS[WITH_MASK]: WITH_MASK,
    WORDS[WITHOUT_MASK]: WITHOUT_MASK,
}


def choose_label(picture: Picture) -> int | None:
    """Draws the choice of the true class.

    Returns:
        The class, or None to take the model's own answer for it.
    """
    if picture.label is not None:
        st.caption(f"True answer: {ICONS[picture.label]} {WORDS[picture.label].lower()}")
        return picture.label
    answer = st.segmented_control(
        "True answer",
        list(_CHOICES),
        default=_MODEL,
        required=True,
        key=f"truth:{picture.sha256[:16]}",
        persist_state="session",
        help="The attack drives the model away from this answer.",
    )
    return _CHOICES[str(answer)]


def settle_label(label: int | None, before: Verdict) -> int:
    """Takes the model's own answer for the right one where nobody knows the right one.

    Args:
        label: The true class, if it is known.
        before: The model's answer.
    """
    return before.label if label is None else label
