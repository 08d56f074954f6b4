"""Heat maps over a face, and the one slider that fades them all in the browser."""

from __future__ import annotations

import numpy as np
import streamlit as st
from PIL import Image

from facemask_core import explain as explanations
from facemask_core.evaluation.verdicts import Verdict
from facemask_ui.base import browser, palette
from facemask_ui.face.answers import Face, HeatMap
from facemask_ui.inspect.why.words import where

_MAP_HTML, _MAP_CSS, _MAP_JS = browser.read_texts(
    __file__, "heat_map.html", "heat_map.css", "heat_map.js"
)
_OPACITY_HTML, _OPACITY_CSS, _OPACITY_JS = browser.read_texts(
    __file__, "opacity.html", "opacity.css", "opacity.js"
)
_STOPS = 9


def opacity() -> None:
    """Draws the slider, with the colours' meaning below it."""
    stops = np.linspace(0, len(explanations.COLOURS) - 1, _STOPS).astype(int)
    colours = [f"rgb({red},{green},{blue})" for red, green, blue in explanations.COLOURS[stops]]
    component = st.components.v2.component(
        "heat_opacity",
        html=_OPACITY_HTML,
        css=browser.CONTROLS + _OPACITY_CSS,
        js=_OPACITY_JS,
    )
    component(data={"colours": colours}, key="heat-opacity")


def heat_map(
    face: str, found: HeatMap, *, key: str, name: str, verdict: Verdict, method: str
) -> None:
    """Draws one model's heat over the face, under the model's name and answer.

    Args:
        face: The face as :func:`facemask_ui.base.browser.write_png_address` writes it.
        found: The map.
        key: Tells the map from others on the page.
        name: The model's.
        verdict: The model's answer, which the map explains.
        method: The title of what the map was made by.
    """
    told = where(found.summary)
    component = st.components.v2.component(
        "heat_map", html=_MAP_HTML, css=browser.CONTROLS + _MAP_CSS, js=_MAP_JS
    )
    component(
        data={
            "name": name,
            "label": verdict.label,
            "icon": browser.strip_icon(palette.ICONS[verdict.label]),
            "verdict": f"{palette.WORDS[verdict.label]} {palette.percent(verdict.confidence)}",
            "where": told,
            "alt": f"{name}: {palette.describe_verdict(verdict)}. {method}: {told}",
            "face": face,
            "heat": browser.write_png_address(coloured(found.levels)),
        },
        key=key,
    )


def coloured(levels: Face) -> Image.Image:
    """Paints heat in the colours of the ``explain`` command.

    Args:
        levels: uint8 (height, width), from 0 (cold) to 255.
    """
    picture = Image.fromarray(levels, "L")
    picture.putpalette(explanations.COLOURS.tobytes())
    return picture
