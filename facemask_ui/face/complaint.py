"""That is wrong: what of a visitor's picture may have misled the models, and what to do."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from facemask_core.pictures import faces
from facemask_core.pictures.conditions import find_conditions
from facemask_ui.face.pictures import Picture


def offer_reasons(picture: Picture, region: faces.Box | None, face: NDArray[np.uint8]) -> None:
    """Draws the button that shows them. They are measured on the spot and stored nowhere.

    Args:
        picture: The picture.
        region: The part in use, or None for all of it.
        face: The square the models see, uint8 (224, 224, 3).
    """
    with st.popover("That is wrong", icon=":material/flag:"):
        conditions = find_conditions(*_measure_face(picture, region, face))
        if conditions:
            st.markdown("Measured on this picture, and rare among those the models know:")
            lines = [f"- **{condition.title}.** {condition.advice}" for condition in conditions]
            st.markdown("\n".join(lines))
        else:
            st.markdown(
                "Nothing unusual was measured on this picture. Look whether the frame fits the "
                "face, try another model, or see on a model's page where it goes wrong."
            )
        st.caption("Nobody learns of this: it is measured here, and nothing is stored.")


def _measure_face(
    picture: Picture, region: faces.Box | None, face: NDArray[np.uint8]
) -> tuple[NDArray[np.uint8], int, NDArray[np.float64] | None]:
    """Cuts what the reasons are measured on: the face itself, also where models see all around it.

    Returns:
        What :func:`facemask_core.pictures.conditions.find_conditions` takes.
    """
    box = region
    if box is None and not picture.framed:
        box = next(iter(picture.faces), None)
    if box is None:
        return face, min(picture.pixels.shape[:2]), None
    points = faces.find_points(picture.pixels, box)
    cut = face if region is not None else faces.crop(picture.pixels, box)
    return cut, min(box.height, box.width), points
