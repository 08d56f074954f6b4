"""Dangers that are no attack: dials that change the face, and where each changes a verdict.

- ``dials`` lists the dials and computes each model's answers along one;
- ``turning`` shows one dial, the face as it changes it, and the answers;
- ``place`` finds the face, for the box over its mouth;
- ``ranking`` compares where every dial first changes a verdict.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from facemask_core.pictures.faces import Box
from facemask_ui.face import lab_pictures
from facemask_ui.face.answers import Face
from facemask_ui.face.pictures import Picture
from facemask_ui.inspect.dangers import dials, ranking, turning
from facemask_ui.inspect.dangers.place import find_place
from facemask_ui.language import say


def show_dangers(picture: Picture, region: Box | None, face: Face, models: Sequence[str]) -> None:
    """Shows the dials and the ranking, once a visitor opens them.

    Every dial asks every model twenty times, so nothing is computed for visitors who only want a
    verdict.

    Args:
        picture: The picture.
        region: The part of it in use, or None for all of it.
        face: uint8 (224, 224, 3), that part as the models see it.
        models: Names of the models that have answered.
    """
    st.header(say("inspect.dangers.heading"), anchor=False)
    st.markdown(say("inspect.dangers.lead"))
    folded = st.expander(
        say("inspect.dangers.fold"), icon=":material/tune:", key="dangers", on_change="rerun"
    )
    if folded.open:
        with folded:
            every = dials.list_dials(find_place(picture, region))
            note = lab_pictures.note_crop(picture, region)
            turning.show_dial(face, every, models, note)
            ranking.show_ranking(face, every, models)
