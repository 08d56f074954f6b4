"""A picture with a numbered frame around each face; a click on a frame chooses the face."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from facemask_core.pictures import faces
from facemask_ui.base import browser
from facemask_ui.face import crop_box
from facemask_ui.face.pictures import Picture
from facemask_ui.language import say

_HTML, _CSS, _JS = browser.read_texts(
    __file__, "face_frames.html", "face_frames.css", "face_frames.js"
)


def draw_frames(
    picture: Picture,
    boxes: dict[str, faces.Box],
    region: faces.Box | None,
    *,
    alt: str,
    choose: Callable[[str], None],
) -> None:
    """Draws the picture, and a frame on it for each face.

    Args:
        picture: The picture.
        boxes: Every face by its number from the left.
        region: The part in use, or None for all of it.
        alt: What the picture shows, in words.
        choose: Called with a face's number when its frame is clicked.
    """
    key = f"face-frames:{picture.sha256[:16]}"
    numbers = list(boxes)

    def choose_clicked() -> None:
        index = st.session_state[key].get("face")
        if type(index) is int and 0 <= index < len(numbers):  # it comes from a browser
            choose(numbers[index])

    chosen = next((place for place, box in enumerate(boxes.values()) if box == region), None)
    height, width = picture.pixels.shape[:2]
    component = st.components.v2.component(
        "face_frames", html=_HTML, css=browser.CONTROLS + _CSS, js=_JS
    )
    component(
        data={
            "picture": crop_box.write_address(picture),
            "alt": alt,
            "label": say("picture.crop.faces"),
            "names": [say("picture.crop.face", number=number) for number in numbers],
            "boxes": [box.as_list() for box in boxes.values()],
            "chosen": chosen,
            "region": None if region is None or chosen is not None else region.as_list(),
            "width": width,
            "height": height,
        },
        key=key,
        on_face_change=choose_clicked,
    )
