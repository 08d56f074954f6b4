"""A face before and after an attack, in three aligned pictures."""

from __future__ import annotations

import streamlit as st

from facemask_core.evaluation.verdicts import AttackedFace, Verdict
from facemask_core.pictures import images, model_input
from facemask_core.pictures.lab_note import LabNote
from facemask_ui.base import palette
from facemask_ui.language import say


def show_pictures(result: AttackedFace, alt: str, note: LabNote) -> None:
    """Draws original, noise and attacked picture side by side, as PNG, which keeps every level.

    Args:
        result: The face before and after.
        alt: What the original shows.
        note: What the attacked picture says about itself where a visitor saves it.
    """
    noise, factor = images.magnify_noise(result.original, result.adversarial)
    crop = LabNote(made="crop", frame=note.frame, box=note.box)
    columns = (
        (
            model_input.encode(result.original, crop),
            say("verdict.pictures.original"),
            _describe_judged(alt, result.before),
        ),
        (
            model_input.encode(noise, LabNote(made="noise")),
            say("verdict.pictures.noise", factor=factor),
            say("verdict.pictures.noise_alt", factor=factor),
        ),
        (
            model_input.encode(result.adversarial, note),
            say("verdict.pictures.attacked"),
            _describe_judged(say("verdict.pictures.attacked_alt"), result.after),
        ),
    )
    with st.container(horizontal=True, wrap=False):  # side by side on a phone, too
        for pixels, caption, text in columns:
            with st.container():
                st.image(pixels, caption, width="stretch", output_format="PNG", alt=text)


def _describe_judged(picture: str, verdict: Verdict) -> str:
    """Describes a picture and the verdict on it, for those who hear the page."""
    said = palette.describe_verdict(verdict)
    return say("verdict.pictures.judged_alt", picture=picture, verdict=said)
