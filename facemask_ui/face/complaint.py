"""That is wrong: what of a visitor's picture may have misled the models, and what to do."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from facemask_core.pictures import faces
from facemask_core.pictures.conditions import Condition, find_conditions
from facemask_ui.face.pictures import Picture
from facemask_ui.language import say, say_known


def offer_reasons(picture: Picture, region: faces.Box | None, face: NDArray[np.uint8]) -> None:
    """Draws the button that shows them. They are measured on the spot and stored nowhere.

    Args:
        picture: The picture.
        region: The part in use, or None for all of it.
        face: The square the models see, uint8 (224, 224, 3).
    """
    with st.popover(say("truth.complaint.title"), icon=":material/flag:"):
        conditions = find_conditions(*_measure_face(picture, region, face))
        if conditions:
            st.markdown(say("truth.complaint.measured"))
            st.markdown("\n".join(map(_write_condition, conditions)))
        else:
            st.markdown(say("truth.complaint.nothing"))
        st.caption(say("truth.complaint.privacy"))


def _write_condition(condition: Condition) -> str:
    """Writes a condition as a point of a list; one the files do not know in the core's English."""
    key = f"truth.conditions.{condition.key}"
    title = say_known(f"{key}.title", condition.title)
    return f"- **{title}.** {say_known(f'{key}.advice', condition.advice)}"


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
