"""Why a model answers as it does: a heat map over the face for every model.

- ``component`` draws the maps, the slider that fades them and the choice of one of them
  (``heat_map.*``, ``opacity.*``, ``map_choice.*``);
- ``words`` describes where the heat is, and what a map cannot tell.
"""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from facemask_core import explain as explanations
from facemask_core.errors import FacemaskError
from facemask_core.evaluation.verdicts import Verdict
from facemask_core.explain import Explanation
from facemask_core.pictures import model_input
from facemask_core.pictures.lab_note import LabNote
from facemask_ui.base import browser, messages, settings
from facemask_ui.choices import models
from facemask_ui.face import answers
from facemask_ui.face.answers import Face
from facemask_ui.inspect.why import component
from facemask_ui.language import say, say_known


def show_heat_maps(face: Face, verdicts: Mapping[str, Verdict], note: LabNote) -> None:
    """Shows the choice of method, and a heat map for every model; a narrow page shows one.

    Args:
        face: uint8 (224, 224, 3).
        verdicts: The answers to explain, by the name of the model.
        note: What the face says about itself where a visitor saves it.
    """
    st.header(say("inspect.why.heading"), anchor=False)
    explanation = _choose_explanation()
    own = f"inspect.why.method.{explanation.name}"
    st.markdown(say_known(f"{own}.meaning", explanation.meaning))
    method = _write_title(explanation.name)
    st.caption(say("inspect.why.limits", method=method, source=explanation.source))
    component.draw_opacity_slider()
    component.draw_map_choice([models.title(name) for name in verdicts])
    address = browser.write_png_address(model_input.encode(face, note))
    with st.container(horizontal=True):
        for number, (model, verdict) in enumerate(verdicts.items()):
            with component.map_place(number):
                _show_heat_map(model, face, address, verdict, explanation)


def _choose_explanation() -> Explanation:
    names = explanations.names()
    name = st.segmented_control(
        say("inspect.why.choice"),
        names,
        format_func=_write_title,
        required=True,
        help=say("inspect.why.help"),
        **settings.bind("map", names[0], settings.one_of(names)),
    )
    return explanations.make(str(name))


def _write_title(name: str) -> str:
    return say_known(f"inspect.why.method.{name}.title", explanations.get(name).title)


def _show_heat_map(
    model: str, face: Face, address: str, verdict: Verdict, explanation: Explanation
) -> None:
    name = models.title(model)
    try:
        asking = say("inspect.why.asking", model=messages.escape_markdown(name))
        with st.spinner(asking, show_time=True):
            heat = answers.explain_face(models.load(model), face, explanation, verdict.label)
    except FacemaskError as error:  # the other models still get their maps
        messages.show_error(error)
        return
    component.draw_heat_map(
        address,
        heat,
        key=f"heat-map:{model}",
        name=name,
        verdict=verdict,
        method=_write_title(explanation.name),
    )
