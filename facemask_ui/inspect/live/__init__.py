"""The live camera: a model judges each still as it is and under FGSM, while a class looks on.

- ``component`` draws camera, pictures, sliders and the running line (``live.*``);
- ``still`` reads a still from the browser and answers it;
- ``device_stills.js`` answers it in the browser, and then no still leaves that.

A still is in memory from its arrival to its answer, and nowhere else: no cache and no file has it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from facemask_core.epsilons import LINF
from facemask_ui.base import page_runs, settings
from facemask_ui.choices import models
from facemask_ui.inspect.live import component, still
from facemask_ui.lab import slider
from facemask_ui.language import say
from facemask_ui.ondevice import files

_CHOICE_WIDTH = 480
_KEY = "live"
_DEVICE, _SERVER = _PLACES = ("device", "server")
_STILL, _SEEN = f"{settings.PASSING}still", f"{settings.PASSING}seen"


def forget_still() -> None:
    """Forgets the still that waits: one may arrive while the visitor leaves the camera."""
    _keep_still(None)


def show_camera() -> None:
    """Shows the choice of model and of who computes, and the camera."""
    with st.container(width=_CHOICE_WIDTH):
        model = models.choose_model()
        on_device = _choose_place(model) == _DEVICE
    if on_device:
        _draw_camera(slider.read_notch(LINF), device=component.describe_device(model))
        return
    models.load(model, to_attack=True)  # now: later, with the camera on, someone would wait for it
    page_runs.draw_apart(_answer_stills)(model, slider.read_notch(LINF))


def _choose_place(model: str) -> str:
    """Draws the choice of who computes: the visitor's device, where it can, or the server."""
    if model not in files.list_models():
        st.caption(say("inspect.live.place.never"))
        return _SERVER
    place = st.segmented_control(
        say("inspect.live.place.label"),
        _PLACES,
        format_func=lambda name: say(f"inspect.live.place.{name}"),
        required=True,
        label_visibility="collapsed",
        **settings.bind("computed", _DEVICE, settings.one_of(_PLACES)),
    )
    st.caption(say(f"inspect.live.place.means.{place}"))
    return str(place)


def _answer_stills(model: str, level: int) -> None:
    """Answers the still that waits, if there is one, without running the rest of the page.

    The still stays until its answer is on the screen: if a change elsewhere on the page ends this
    run, the next run answers it. Streamlit may replace what one run draws by what the next draws,
    so the browser also gets the number of the last still with an answer.
    """
    message = st.session_state.get(_STILL)
    answer = None if message is None else still.answer_still(models.load(model), message)
    if answer is not None:
        st.session_state[_SEEN] = answer["number"]
    _draw_camera(level, answer)
    _keep_still(None)


def _draw_camera(
    level: int, answer: dict[str, Any] | None = None, *, device: dict[str, Any] | None = None
) -> None:
    component.draw_camera(
        answer,
        st.session_state.get(_SEEN),
        key=_KEY if device is None else f"{_KEY}-device",
        level=level,
        device=device,
        on_still=_hand_over("still", _keep_still),
        on_level=_hand_over("level", _keep_level),
        on_stopped=lambda: _keep_still(None),
    )


def _hand_over(name: str, act: Callable[[object], None]) -> Callable[[], None]:
    """Makes a callback that hands over what the component has sent under a name."""
    return lambda: act(st.session_state.get(_KEY, {}).get(name))


def _keep_still(message: object) -> None:
    st.session_state[_STILL] = message


def _keep_level(level: object) -> None:
    if isinstance(level, int) and level in LINF.notches:  # it comes from a browser
        slider.store_notch(LINF, level)
