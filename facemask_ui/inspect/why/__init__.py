"""Why a model answers as it does: heat maps over the face, model beside model.

- ``component`` draws the maps and the slider that fades them (``heat_map.*``, ``opacity.*``);
- ``words`` says where the heat is, and what a map cannot tell.
"""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st
from PIL import Image

from facemask_core import explain as explanations
from facemask_core.errors import FacemaskError
from facemask_core.evaluation.verdicts import Verdict
from facemask_core.explain import Explanation
from facemask_ui.base import browser, messages, settings
from facemask_ui.choices import models
from facemask_ui.face import answers
from facemask_ui.face.answers import Face
from facemask_ui.inspect.why import component
from facemask_ui.inspect.why.words import LIMITS

_FEWEST_ABREAST, _MOST_ABREAST = 4, 5


def show(face: Face, judged: Mapping[str, Verdict]) -> None:
    """Draws the choice of method, and a map for every model, one after the other.

    Args:
        face: uint8 (224, 224, 3).
        judged: The answers to explain, by the name of the model.
    """
    st.header("Why?", anchor=False)
    explanation = _choose()
    st.markdown(explanation.meaning)
    st.caption(f"{LIMITS} {explanation.title}: {explanation.source}.")
    component.opacity()
    address = browser.write_png_address(Image.fromarray(face))
    abreast = _abreast(len(judged))
    for number, (model, verdict) in enumerate(judged.items()):
        if number % abreast == 0:
            columns = st.columns(abreast)
        with columns[number % abreast]:
            _draw(model, face, address, verdict, explanation)


def _abreast(models: int) -> int:
    """Fills rows evenly, so that none ends in a single map; few models get no larger maps."""
    rows = -(-models // _MOST_ABREAST)
    return max(_FEWEST_ABREAST, -(-models // rows)) if rows else _FEWEST_ABREAST


def _choose() -> Explanation:
    names = explanations.names()
    chosen = st.segmented_control(
        "Heat map",
        names,
        format_func=lambda name: explanations.get(name).title,
        required=True,
        help="Each explains the answer that the model itself gives.",
        **settings.bind("map", names[0], settings.one_of(names)),
    )
    return explanations.make(str(chosen))


def _draw(model: str, face: Face, address: str, verdict: Verdict, explanation: Explanation) -> None:
    name = models.title(model)
    try:
        with st.spinner(f"Asking {messages.escape_markdown(name)} for its map…", show_time=True):
            found = answers.explain(models.load(model), face, explanation, verdict.label)
    except FacemaskError as error:  # the other models' maps can be had all the same
        messages.show_error(error)
        return
    component.heat_map(
        address,
        found,
        key=f"heat-map:{model}",
        name=name,
        verdict=verdict,
        method=explanation.title,
    )
