"""A square over a picture that a visitor moves and sizes by hand, finger or keyboard."""

from __future__ import annotations

import base64

import cv2
import streamlit as st

from facemask_core.pictures import faces, images
from facemask_ui.base import browser
from facemask_ui.face.pictures import Picture
from facemask_ui.language import say

HTML, CSS, SQUARE_JS = browser.read_texts(__file__, "crop_box.html", "crop_box.css", "square.js")
"""The square, for a component that moves it without the server."""
SCRIPT = "\n".join((SQUARE_JS, *browser.read_texts(__file__, "crop_box.js")))
"""What the component does."""
_SHOWN_SIDE = 640
_QUALITY = 85


def choose_box(picture: Picture, face: faces.Box | None) -> faces.Box:
    """Draws the square over the picture.

    Args:
        picture: The picture.
        face: Where the square stands first, and returns to at a button; None for the middle.

    Returns:
        The part of the picture to use.
    """
    height, width = picture.pixels.shape[:2]
    key, mine = f"crop-box:{picture.sha256[:16]}", f"box:{picture.sha256[:16]}"
    start = _make_square(face, height, width)
    box: faces.Box = st.session_state.get(mine, start)

    def store() -> None:
        moved = read_box(st.session_state[key].get("box"), height, width)
        if moved is not None:
            st.session_state[mine] = moved

    component = st.components.v2.component(
        "crop_box", html=HTML, css=browser.CONTROLS + CSS, js=SCRIPT
    )
    component(
        data={
            "picture": write_address(picture),
            "alt": say("picture.crop.square_alt", picture=picture.alt),
            "width": width,
            "height": height,
            "least": images.MIN_SIDE,
            "box": _as_list(box),
            "start": _as_list(start),
            "reset": say("picture.crop.to_middle" if face is None else "picture.crop.to_face"),
            "sides": {side: say(f"picture.crop.{side}") for side in ("size", "left", "top")},
        },
        key=key,
        on_box_change=store,
    )
    return box


def read_box(message: object, height: int, width: int) -> faces.Box | None:
    """Checks a square that came from a browser.

    Args:
        message: What came: left, top and side in pixels, if all is well.
        height: Of the picture.
        width: Of the picture.

    Returns:
        The square, or None where it is no square inside the picture.
    """
    if not isinstance(message, list) or [type(one) for one in message] != [int, int, int]:
        return None
    left, top, side = message
    inside = 0 <= left <= width - side and 0 <= top <= height - side
    return faces.Box(left, top, side, side) if side >= images.MIN_SIDE and inside else None


def _make_square(face: faces.Box | None, height: int, width: int) -> faces.Box:
    """Makes a face's box a square inside the picture; None gives the largest in the middle."""
    longest = min(height, width)
    if face is None:
        return faces.Box((width - longest) // 2, (height - longest) // 2, longest, longest)
    side = min(max(face.width, face.height, images.MIN_SIDE), longest)
    return faces.Box(min(face.left, width - side), min(face.top, height - side), side, side)


def _as_list(box: faces.Box) -> list[int]:
    return [box.left, box.top, box.width]


def write_address(picture: Picture) -> str:
    """Writes the picture as a small data address; crops are cut from the original."""
    return _write_address(picture.sha256, picture)


@st.cache_data(scope="session", max_entries=2, show_spinner=False)
def _write_address(sha256: str, _picture: Picture) -> str:
    pixels = _picture.pixels
    scale = min(1, _SHOWN_SIDE / max(pixels.shape[:2]))
    height, width = (max(1, round(scale * side)) for side in pixels.shape[:2])
    # Pillow would copy the whole picture first.
    thumbnail = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
    jpeg = images.encode_jpeg(thumbnail, _QUALITY)
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"
