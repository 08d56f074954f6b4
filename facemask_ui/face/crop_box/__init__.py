"""A square over a picture that a visitor moves and sizes by hand, finger or keyboard."""

from __future__ import annotations

import base64

import numpy as np
import streamlit as st
from PIL import Image

from facemask_core.pictures import faces, images
from facemask_ui.base import browser
from facemask_ui.face.pictures import Picture

_HTML, _CSS, _JS = browser.read_texts(__file__, "crop_box.html", "crop_box.css", "crop_box.js")
_SHOWN_SIDE = 640
_QUALITY = 85


def choose(picture: Picture, face: faces.Box | None) -> faces.Box:
    """Draws the square over the picture.

    Args:
        picture: The picture.
        face: Where the square stands first, and goes back to when asked; None for the middle.

    Returns:
        The part of the picture to use.
    """
    height, width = picture.pixels.shape[:2]
    key, mine = f"crop-box:{picture.sha256[:16]}", f"box:{picture.sha256[:16]}"
    start = _squared(face, height, width)
    chosen: faces.Box = st.session_state.get(mine, start)

    def moved() -> None:
        box = accepted(st.session_state[key].get("box"), height, width)
        if box is not None:
            st.session_state[mine] = box

    component = st.components.v2.component(
        "crop_box", html=_HTML, css=browser.CONTROLS + _CSS, js=_JS
    )
    component(
        data={
            "picture": _reduced(picture.sha256, picture),
            "alt": f"{picture.alt}. The bright square is the part in use.",
            "width": width,
            "height": height,
            "least": images.MIN_SIDE,
            "box": _told(chosen),
            "found": _told(start),
            "reset": "Back to the middle" if face is None else "Back to the found face",
        },
        key=key,
        on_box_change=moved,
    )
    return chosen


def accepted(told: object, height: int, width: int) -> faces.Box | None:
    """Checks a square that came from a browser.

    Args:
        told: What came: left, top and side in pixels, if all is well.
        height: Of the picture.
        width: Of the picture.

    Returns:
        The square, or None where that is none inside the picture.
    """
    if not (isinstance(told, list) and len(told) == 3 and all(type(one) is int for one in told)):
        return None
    left, top, side = told
    inside = 0 <= left <= width - side and 0 <= top <= height - side
    return faces.Box(left, top, side, side) if side >= images.MIN_SIDE and inside else None


def _squared(face: faces.Box | None, height: int, width: int) -> faces.Box:
    """A face's box as a square inside the picture; the largest one in the middle for None."""
    longest = min(height, width)
    if face is None:
        return faces.Box((width - longest) // 2, (height - longest) // 2, longest, longest)
    side = min(max(face.width, face.height, images.MIN_SIDE), longest)
    return faces.Box(min(face.left, width - side), min(face.top, height - side), side, side)


def _told(box: faces.Box) -> list[int]:
    return [box.left, box.top, box.width]


@st.cache_data(scope="session", max_entries=2, show_spinner=False)
def _reduced(sha256: str, _picture: Picture) -> str:
    """The picture as an address, small enough to travel; the crop is cut from the original."""
    small = Image.fromarray(_picture.pixels)
    small.thumbnail((_SHOWN_SIDE, _SHOWN_SIDE))
    jpeg = images.encode_jpeg(np.asarray(small), _QUALITY)
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"
