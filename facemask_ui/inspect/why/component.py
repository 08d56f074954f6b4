"""Heat maps over a face, and the one slider that fades them all in the browser."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image
from streamlit.delta_generator import DeltaGenerator

from facemask_core import explain as explanations
from facemask_core.evaluation.verdicts import Verdict
from facemask_core.pictures import model_input
from facemask_core.pictures.lab_note import LabNote
from facemask_ui.base import browser, palette
from facemask_ui.face.answers import HeatMap
from facemask_ui.inspect.why.words import describe_place
from facemask_ui.language import percent, read_table, say

_MAP_HTML, _MAP_CSS, _MAP_JS = browser.read_texts(
    __file__, "heat_map.html", "heat_map.css", "heat_map.js"
)
_OPACITY_HTML, _OPACITY_CSS, _OPACITY_JS = browser.read_texts(
    __file__, "opacity.html", "opacity.css", "opacity.js"
)
_CHOICE_HTML, _CHOICE_CSS, _CHOICE_JS = browser.read_texts(
    __file__, "map_choice.html", "map_choice.css", "map_choice.js"
)
_PLACE = "map-place-"
_STOPS = 9
_NARROW = "@media (max-width: 1000px)"
"""Where five maps have no room beside each other; map_choice.css has the same."""


def draw_opacity_slider() -> None:
    """Draws the slider that fades the maps, with the meaning of the colours below it."""
    stops = np.linspace(0, len(explanations.COLOURS) - 1, _STOPS).astype(int)
    colours = [f"rgb({red},{green},{blue})" for red, green, blue in explanations.COLOURS[stops]]
    component = st.components.v2.component(
        "heat_opacity",
        html=_OPACITY_HTML,
        css=browser.CONTROLS + _OPACITY_CSS,
        js=_OPACITY_JS,
    )
    words = read_table("inspect.why.opacity")
    component(data={"colours": colours, "words": words}, key="heat-opacity")


def draw_map_choice(names: Sequence[str]) -> None:
    """Draws the choice of one map, which a narrow page shows, as against all side by side.

    Args:
        names: The models' titles, in the order of their maps; each map is drawn inside
            :func:`map_place`.
    """
    places = [f"div:has(> .st-key-{_PLACE}{number})" for number in range(len(names))]
    chosen = [f"html[data-heat-map='{number}'] {place}" for number, place in enumerate(places)]
    hidden = ", ".join(places)
    st.html(
        f"<style>{_NARROW} {{ {hidden} {{ display: none; }} "
        f"{', '.join(chosen)} {{ display: flex; }} }}</style>"
    )
    component = st.components.v2.component(
        "map_choice", html=_CHOICE_HTML, css=_CHOICE_CSS, js=_CHOICE_JS
    )
    data = {"names": list(names), "label": say("inspect.why.map_of")}
    component(data=data, key="map-choice")


def map_place(number: int) -> DeltaGenerator:
    """Makes the place for one model's map, which a narrow page shows or hides as a whole.

    Args:
        number: The map's number, from 0.
    """
    return st.container(key=f"{_PLACE}{number}")


def draw_heat_map(
    face: str, heat: HeatMap, *, key: str, name: str, verdict: Verdict, method: str
) -> None:
    """Draws one model's heat map over the face, under the model's name and answer.

    Args:
        face: The face, as :func:`facemask_ui.base.browser.write_png_address` writes it.
        heat: The heat map.
        key: The map's key, unique on the page.
        name: The model's title.
        verdict: The model's answer, which the map explains.
        method: The title of the explanation.
    """
    place = describe_place(heat.summary)
    component = st.components.v2.component(
        "heat_map", html=_MAP_HTML, css=browser.CONTROLS + _MAP_CSS, js=_MAP_JS
    )
    component(
        data={
            "name": name,
            "label": verdict.label,
            "icon": browser.strip_icon(palette.ICONS[verdict.label]),
            "verdict": palette.name_class(verdict.label) + f" {percent(verdict.confidence)}",
            "where": place,
            "alt": say(
                "inspect.why.alt",
                model=name,
                verdict=palette.describe_verdict(verdict),
                method=method,
                place=place,
            ),
            "face": face,
            "heat": browser.write_png_address(encode_heat(heat.levels)),
        },
        key=key,
    )


def encode_heat(levels: NDArray[np.uint8]) -> bytes:
    """Colours a heat map as the ``explain`` command does, and writes it as a PNG file.

    Args:
        levels: uint8 (height, width), from 0 (cold) to 255.
    """
    picture = Image.fromarray(levels, "L")
    picture.putpalette(explanations.COLOURS.tobytes())
    buffer = io.BytesIO()
    picture.save(buffer, format="PNG")
    note = LabNote(made="heat")
    return model_input.attach_note(buffer.getvalue(), note, explanations.COLOURS[levels])
