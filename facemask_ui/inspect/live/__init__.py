"""Live: stills of a webcam, each judged as it is and under FGSM, while a class looks on.

- ``component`` draws camera, pictures, sliders and the running line (``live.*``);
- ``still`` reads what came from the browser, and answers it;
- ``words`` is every text the component shows.

A still is in memory from its arrival to its answer, and nowhere else: no cache and no file has it.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from facemask_core.epsilons import LINF
from facemask_ui.base import settings
from facemask_ui.choices import models
from facemask_ui.inspect.live import component, still
from facemask_ui.lab import slider

PICTURE, LIVE = VIEWS = ("picture", "live")
_TITLES = {
    PICTURE: ":material/image: One picture",
    LIVE: ":material/videocam: Live camera",
}
_CHOICE_WIDTH = 480
_KEY = "live"
_WAITING, _SEEN = f"{settings.PASSING}still", f"{settings.PASSING}seen"


def chosen() -> bool:
    """Draws the choice between one picture and the camera; whether it is the camera."""
    view = st.segmented_control(
        "Look at",
        VIEWS,
        format_func=lambda name: _TITLES[name],
        required=True,
        **settings.bind("view", PICTURE, settings.one_of(VIEWS)),
    )
    if view != LIVE:
        _keep(None)  # one may have come while the view was being left
    return str(view) == LIVE


def show() -> None:
    """Draws the choice of model, and the camera."""
    with st.container(width=_CHOICE_WIDTH):
        model = models.choose()
    models.load(model, to_attack=True)  # now: with the camera on, someone would wait for it
    _watch(model, slider.notch(LINF))


@st.fragment
def _watch(model: str, level: int) -> None:
    """Answers the still that waits, if one does, without running the rest of the page.

    The still stays until its answer is drawn: where a change elsewhere on the page cuts this run
    short, the next one answers it. Streamlit may drop what one run has drawn for what the next
    draws in its place, so the browser is told as well which still was answered last.
    """
    waiting = st.session_state.get(_WAITING)
    answer = None if waiting is None else still.answered(models.load(model), waiting)
    if answer is not None:
        st.session_state[_SEEN] = answer["number"]
    component.draw(
        answer,
        st.session_state.get(_SEEN),
        key=_KEY,
        level=level,
        on_still=_told("still", _keep),
        on_level=_told("level", _rests),
        on_stopped=lambda: _keep(None),
    )
    _keep(None)


def _told(name: str, act: Callable[[object], None]) -> Callable[[], None]:
    """What the component calls when it has something to tell."""
    return lambda: act(st.session_state.get(_KEY, {}).get(name))


def _keep(waiting: object) -> None:
    st.session_state[_WAITING] = waiting


def _rests(level: object) -> None:
    if isinstance(level, int) and level in LINF.notches:  # it comes from a browser
        slider.rests(LINF, level)
