"""A face before and after an attack: three aligned pictures and the verdict in words."""

from __future__ import annotations

import streamlit as st

from facemask_core.epsilons import describe_epsilon
from facemask_core.evaluation.verdicts import AttackedFace, Outcome
from facemask_core.pictures import images, model_input
from facemask_core.pictures.lab_note import LabNote
from facemask_ui.base import charts, palette
from facemask_ui.face.outcomes import OUTCOMES


def show_outcome(result: AttackedFace) -> None:
    """Writes in a heading and a sentence how the attack ended."""
    icon, word = OUTCOMES[result.outcome]
    st.header(f"{icon} {word}", anchor=False)
    st.markdown(_sentence(result))


def _sentence(result: AttackedFace) -> str:
    lines = [
        f"Before: {palette.write_verdict(result.before)}",
        f"After: {palette.write_verdict(result.after)}, each colour value changed by at most "
        f"{describe_epsilon(result.linf)}",
    ]
    if result.outcome is Outcome.ALREADY_WRONG:
        truth = palette.WORDS[result.label].lower()
        lines.append(f"The true answer is *{truth}*: the model was wrong without any attack.")
    if result.outcome is Outcome.UNMOVED:
        lines.append(
            "The attacked picture is the original to the bit, which says nothing of robustness."
        )
    return "  \n".join(lines)


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


def show_confidence(result: AttackedFace, *, key: str) -> None:
    """Draws the probabilities before and after on one axis."""
    charts.draw_probabilities({"Before": result.before, "After": result.after}, key=key)
