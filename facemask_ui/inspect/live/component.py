"""The component in the browser: camera, the model's input, and its confidence over time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import streamlit as st

from facemask_core.epsilons import LINF
from facemask_core.evaluation.verdicts import Outcome
from facemask_core.labels import LABELS
from facemask_core.models import checkpoints
from facemask_ui.base import browser
from facemask_ui.base.palette import ICONS, name_class
from facemask_ui.face import outcomes
from facemask_ui.language import number, read_current, read_table, say
from facemask_ui.ondevice import DEVICE_SCRIPT, LOADING_SCRIPT, files

_HTML, _CSS, *_SCRIPTS = browser.read_texts(
    __file__, "live.html", "live.css", "live.js", "device_stills.js"
)
_JS = "\n".join((browser.SVG, DEVICE_SCRIPT, LOADING_SCRIPT, *_SCRIPTS))


def draw_camera(
    answer: dict[str, Any] | None,
    seen: int | None,
    *,
    key: str,
    level: int,
    device: dict[str, Any] | None,
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
        device: What :func:`describe_device` describes, if the visitor's device answers the stills.
        on_still: Called when a still arrives, as ``still`` in the component's state.
        on_level: Called when the slider comes to rest, as ``level`` in that state.
        on_stopped: Called when the camera is switched off.
    """
    component = st.components.v2.component(
        "live_camera", html=_HTML, css=browser.CONTROLS + _CSS, js=_JS
    )
    component(
        data={
            "answer": answer,
            "seen": seen,
            "drawn": time.monotonic(),  # the browser does not get data equal to the last
            "level": level,
            "device": device,
            "levels": [
                f"{LINF.write(notch)} = {number(LINF.epsilon(notch), 4)}" for notch in LINF.notches
            ],
            "words": read_table("inspect.live.words"),
        },
        key=key,
        on_still_change=on_still,
        on_level_change=on_level,
        on_stopped_change=on_stopped,
    )


def describe_device(model: str) -> dict[str, Any]:
    """Describes what a visitor's device needs to answer stills by itself.

    Args:
        model: The model, one of :func:`facemask_ui.ondevice.files.list_models`.
    """
    return {
        "files": files.list_addresses([model], finder=True),
        "model": model,
        "unsureBelow": checkpoints.read_card(checkpoints.locate(model)).unsure_below,
        "epsilons": [LINF.epsilon(notch) for notch in LINF.notches],
        "classes": [
            {"text": name_class(label), "icon": browser.strip_icon(ICONS[label])}
            for label in range(len(LABELS))
        ],
        "outcomes": {
            outcome.name.lower(): {
                "text": say("inspect.live.outcome", outcome=outcomes.name_outcome(outcome)),
                "icon": browser.strip_icon(outcomes.ICONS[outcome]),
            }
            for outcome in (Outcome.CHANGED, Outcome.UNCHANGED, Outcome.UNMOVED, Outcome.UNSURE)
        },
        "percentage": read_table("percentage"),
        "language": read_current().language,
    }
