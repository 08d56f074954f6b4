"""A face before and after an attack, in three aligned pictures."""

from __future__ import annotations

import streamlit as st

from facemask_core.evaluation.verdicts import AttackedFace
from facemask_core.pictures import images, model_input
from facemask_core.pictures.lab_note import LabNote
from facemask_ui.base import palette


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
            "Original",
            f"{alt}. Verdict: {palette.describe_verdict(result.before)}",
        ),
        (
            model_input.encode(noise, LabNote(made="noise")),
            f"Noise × {factor}",
            f"The change to the picture, magnified {factor} times",
        ),
        (
            model_input.encode(result.adversarial, note),
            "Attacked",
            f"The attacked picture. Verdict: {palette.describe_verdict(result.after)}",
        ),
    )
    with st.container(horizontal=True, wrap=False):  # side by side on a phone, too
        for pixels, caption, text in columns:
            with st.container():
                st.image(pixels, caption, width="stretch", output_format="PNG", alt=text)
