"""Notes in pictures: what that of an upload says, and that of a picture the page makes."""

from __future__ import annotations

from typing import get_args

import streamlit as st

from facemask_core.pictures import faces
from facemask_core.pictures.lab_note import Frame, LabNote, describe_attack
from facemask_ui.base import messages
from facemask_ui.choices import models
from facemask_ui.face.note_words import describe_reading
from facemask_ui.face.pictures import Picture
from facemask_ui.face.question import Question

_FACE, _BY_HAND, _WHOLE = get_args(Frame)


def show_note(picture: Picture, region: faces.Box | None) -> None:
    """Says what the lab made on a picture, or what is wrong with the note in its file.

    Args:
        picture: The picture.
        region: The part in use, or None for all of it.
    """
    reading = picture.reading
    model = None if reading.note is None else _name_model(reading.note)
    if sentence := describe_reading(reading, model, cropped=region is not None):
        st.caption(messages.escape_markdown(sentence))


def _name_model(note: LabNote) -> str | None:
    """The title of a shipped model; only its name, where the note means another one."""
    shipped = note.model in models.shipped()
    if shipped and models.sha256(str(note.model)) == note.model_sha256:
        return models.title(str(note.model))
    return note.model


def note_crop(picture: Picture, region: faces.Box | None) -> LabNote:
    """Makes the note of the part of a picture that the models see.

    Args:
        picture: The picture.
        region: The part in use, or None for all of it.
    """
    if region is None:
        return LabNote(made="crop")
    frame: Frame = _FACE if region in picture.faces else _BY_HAND
    return LabNote(made="crop", frame=frame, box=region.as_list())


def note_question(
    question: Question,
    label: int | None,
    region: faces.Box | None,
    *,
    by_hand: bool = False,
    epsilon: float | None = None,
) -> LabNote:
    """Makes the note of a picture that answers a question.

    Args:
        question: The question.
        label: The class that someone said is the true one; None where nobody did.
        region: The part of the picture in use, or None for all of it.
        by_hand: Whether that part was set by hand.
        epsilon: How far the attack may move each value; None where it is filled in later.
    """
    cut: Frame = _BY_HAND if by_hand else _FACE
    threat_model = question.attack.threat_model(epsilon or 0.0, question.seed)
    note = describe_attack(
        question.classifier.name,
        question.classifier.card.weights_sha256,
        threat_model,
        label=label,
        frame=_WHOLE if region is None else cut,
        box=None if region is None else region.as_list(),
    )
    return note.model_copy(update={"epsilon": epsilon})
