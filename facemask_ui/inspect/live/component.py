"""The component in the browser: camera, the model's input, and its confidence over time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import streamlit as st

from facemask_core.epsilons import LINF
from facemask_ui.base import browser
from facemask_ui.language import read_table

_HTML, _CSS, _JS = browser.read_texts(__file__, "live.html", "live.css", "live.js")


def draw_camera(
    answer: dict[str, Any] | None,
    seen: int | None,
    *,
    key: str,
    level: int,
    on_still: Callable[[], None],
    on_level: Callable[[], None],
    on_stopped: Callable[[], None],
) -> None:
    """Draws the camera component.

    Args:
        answer: The answer of :func:`~facemask_ui.inspect.live.still.answer_still` to the last
            still, if one waited.
        seen: The number of the last still with an answer.
        key: The component's key, unique on the page.
        level: Where epsilon's slider stands at first.
        on_still: Called when a still arrives, as ``still`` in the component's state.
        on_level: Called when the slider comes to rest, as ``level`` in that state.
        on_stopped: Called when the camera is switched off.
    """
    component = st.components.v2.component(
        "live_camera", html=_HTML, css=browser.CONTROLS + _CSS, js=browser.SVG + _JS
    )
    component(
        data={
            "answer": answer,
            "seen": seen,
            "drawn": time.monotonic(),  # the browser does not get data equal to the last
            "level": level,
            "levels": [
                f"{LINF.write(notch)} = {LINF.epsilon(notch):.4f}" for notch in LINF.notches
            ],
            "words": read_table("inspect.live.words"),
        },
        key=key,
        on_still_change=on_still,
        on_level_change=on_level,
        on_stopped_change=on_stopped,
    )
