"""The component itself: a camera, what the model is shown, and how sure it is of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import streamlit as st

from facemask_core.epsilons import LINF
from facemask_ui.base import browser
from facemask_ui.inspect.live.words import WORDS

_HTML, _CSS, _JS = browser.read_texts(__file__, "live.html", "live.css", "live.js")


def draw(
    answer: dict[str, Any] | None,
    seen: int | None,
    *,
    key: str,
    level: int,
    on_still: Callable[[], None],
    on_level: Callable[[], None],
    on_stopped: Callable[[], None],
) -> None:
    """Draws the component.

    Args:
        answer: What :func:`~facemask_ui.inspect.live.still.answered` says to the last still, if
            one waited.
        seen: The number of the still that was answered last.
        key: Tells the component from others on the page.
        level: Where the slider of epsilon stands first.
        on_still: Called when a still has come, as ``still`` in the component's state.
        on_level: Called when the slider has come to rest, as ``level`` there.
        on_stopped: Called when the camera was switched off.
    """
    component = st.components.v2.component(
        "live_camera", html=_HTML, css=browser.CONTROLS + _CSS, js=_JS
    )
    component(
        data={
            "answer": answer,
            "seen": seen,
            "drawn": time.monotonic(),  # a browser is not told of data equal to the last
            "level": level,
            "levels": [
                f"{LINF.write(notch)} = {LINF.epsilon(notch):.4f}" for notch in LINF.notches
            ],
            "words": WORDS,
        },
        key=key,
        on_still_change=on_still,
        on_level_change=on_level,
        on_stopped_change=on_stopped,
    )
