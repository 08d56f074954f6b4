"""Several faces side by side, each with what a model says of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from facemask_core.evaluation.verdicts import Verdict
from facemask_core.pictures import model_input
from facemask_core.pictures.lab_note import LabNote
from facemask_ui.base import charts, palette


def draw_face_row(
    faces: Mapping[str, NDArray[np.uint8]],
    notes: Sequence[LabNote],
    verdicts: Mapping[str, Verdict],
    *,
    alt: str,
    key: str,
) -> None:
    """Draws faces in a row, on a phone too, and the model's answers as bars below.

    Args:
        faces: uint8 (224, 224, 3) each, by the caption.
        notes: What a saved picture says about each, in the same order.
        verdicts: The model's verdict on each, by the same captions.
        alt: What all of them show, for those who cannot see it.
        key: The chart's key.
    """
    with st.container(horizontal=True, wrap=False):
        for (name, face), note in zip(faces.items(), notes, strict=True):
            with st.container():
                st.image(
                    model_input.encode(face, note),
                    name,
                    width="stretch",
                    output_format="PNG",
                    alt=f"{alt}. {name}: {palette.describe_verdict(verdicts[name])}",
                )
    charts.draw_probabilities(verdicts, key=key)
