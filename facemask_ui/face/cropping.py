"""From a picture to the square the model sees: a face in it, all of it, or a crop set by hand."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from facemask_core.pictures import faces, images, model_input
from facemask_ui.face import crop_box, face_frames, lab_pictures
from facemask_ui.face.pictures import Picture
from facemask_ui.language import say
from facemask_ui.visitors import shared_cache

WHOLE, BY_HAND = "whole", "by_hand"
"""The choices beside the faces, whose names are their numbers."""
_MOST_FACES = 12
_SHOWN_SIDE = 900
_IN_USE, _OTHER, _HALO = "#FFFFFF", "#B9B4A9", "#10161D"


def choose_crop(picture: Picture) -> faces.Box | None:
    """Draws the choice of crop.

    Returns:
        The region of the picture to use, or None for all of it.
    """
    region = _choose_region(picture)
    lab_pictures.show_note(picture, region)
    return region


def _choose_region(picture: Picture) -> faces.Box | None:
    boxes = _number_faces(picture)
    if not boxes and not picture.framed:
        _offer_frames(picture)
    if boxes and not picture.framed and model_input.has_input_size(picture.pixels):
        st.caption(say("picture.crop.input_size", whole=say("picture.crop.whole")))
    # Not as the control's default: buttons and frames set it as well, and Streamlit wants one way.
    first = _name_largest(picture) if boxes and not picture.framed else WHOLE
    st.session_state.setdefault(_key(picture), first)
    choice = str(
        st.segmented_control(
            say("picture.crop.label"),
            [*boxes, WHOLE, BY_HAND],
            format_func=_name_choice,
            required=True,
            key=_key(picture),
            persist_state="session",
            help=say("picture.crop.hint"),
        )
    )
    last = f"face:{picture.sha256[:16]}"
    if choice in boxes:
        st.session_state[last] = choice
    if choice == BY_HAND:  # goes on from the face chosen last
        start = boxes[st.session_state.get(last) or _name_largest(picture)] if boxes else None
        return crop_box.choose_box(picture, start)
    return boxes.get(choice)


def _number_faces(picture: Picture) -> dict[str, faces.Box]:
    """Numbers the faces from the left; of a crowd the largest faces."""
    boxes = faces.left_to_right(picture.faces[:_MOST_FACES])
    return {str(number): box for number, box in enumerate(boxes, 1)}


def _name_choice(choice: str) -> str:
    if choice in (WHOLE, BY_HAND):
        return say(f"picture.crop.{choice}")
    return say("picture.crop.face", number=choice)


def _name_largest(picture: Picture) -> str:
    return next(name for name, box in _number_faces(picture).items() if box == picture.faces[0])


def _offer_frames(picture: Picture) -> None:
    """Says that no face was found, and how to frame one."""
    if st.session_state.get(_key(picture)) == BY_HAND:
        return
    if st.session_state.get(_chosen(picture)):
        st.caption(say("picture.crop.no_face_chosen"))
        return
    st.warning(say("picture.crop.no_face"), icon=":material/warning:")

    def choose(frame: str) -> None:
        st.session_state[_key(picture)] = frame
        st.session_state[_chosen(picture)] = frame == WHOLE

    with st.container(horizontal=True):
        st.button(
            say("picture.crop.frame_by_hand"),
            icon=":material/crop:",
            on_click=choose,
            args=(BY_HAND,),
        )
        st.button(say("picture.crop.use_whole"), on_click=choose, args=(WHOLE,))


def is_about_a_face(picture: Picture, region: faces.Box | None) -> bool:
    """Says whether the part in use is a face: one that was found, or that someone framed.

    Args:
        picture: The picture.
        region: The part in use, or None for all of it.
    """
    if region is not None or picture.framed or st.session_state.get(_chosen(picture)):
        return True
    return bool(picture.faces)  # then someone prefers the whole picture


def first_crop(picture: Picture) -> faces.Box | None:
    """Finds the region in use before anyone chooses: the largest face, or all of the picture."""
    return None if picture.framed else next(iter(picture.faces), None)


def choose_face(picture: Picture, box: faces.Box) -> None:
    """Makes a face the part in use; for a button's callback, before the page is drawn.

    Args:
        picture: The picture.
        box: Where the face is, one of the picture's faces.
    """
    for name, other in _number_faces(picture).items():
        if other == box:
            st.session_state[_key(picture)] = name


def choose_folded_crop(picture: Picture) -> faces.Box | None:
    """Draws the choice of crop in an expander.

    Looking for faces takes longer than judging one, so in a picture that is framed already it
    waits until someone opens the expander.
    """
    folded = st.expander(
        say("picture.crop.label"),
        icon=":material/crop:",
        expanded=not picture.framed,
        key=f"folded:{picture.sha256[:16]}",
        on_change="rerun",
    )
    region = None
    if folded.open or _key(picture) in st.session_state:
        with folded:
            region = _choose_region(picture)
            if len(picture.faces) > 1:
                _show_frames(picture, region)
    lab_pictures.show_note(picture, region)
    return region


def _key(picture: Picture) -> str:
    return f"crop:{picture.sha256[:16]}"


def _chosen(picture: Picture) -> str:
    """The key of whether someone wants the whole of a picture without a face."""
    return f"whole:{picture.sha256[:16]}"


def cut_face(picture: Picture, region: faces.Box | None) -> NDArray[np.uint8]:
    """Cuts a region out of a picture, as the model sees it.

    All visitors share what is computed on it, if the picture is one of the lab's own.

    Args:
        picture: The picture.
        region: The part in use, or None for all of it.

    Returns:
        uint8 (224, 224, 3).
    """
    face = faces.crop(picture.pixels, region)
    if picture.shipped:
        shared_cache.publish_face(face)
    return face


def show_crop(picture: Picture, region: faces.Box | None, face: NDArray[np.uint8]) -> None:
    """Draws the picture with the part in use framed, and beside it what the model sees.

    Args:
        picture: The picture.
        region: The part in use, or None for all of it.
        face: The square the model sees.
    """
    size = images.INPUT_SIZE
    with st.container(horizontal=True):
        with st.container():
            _show_frames(picture, region)
        with st.container():
            st.image(
                model_input.encode(face, lab_pictures.note_crop(picture, region)),
                say("picture.crop.seen", size=size),
                width="stretch",
                output_format="PNG",
                alt=say("picture.crop.seen_alt"),
            )


def _show_frames(picture: Picture, region: faces.Box | None) -> None:
    """Draws the picture with the part in use framed; of several faces a click chooses one."""
    used = say("picture.crop.all_used" if region is None else "picture.crop.part_used")
    alt = _describe_region(picture, region)
    boxes = _number_faces(picture)
    if len(boxes) < 2:
        st.image(_draw_frames(picture, region), used, width="stretch", alt=alt)
        return

    def choose(name: str) -> None:
        st.session_state[_key(picture)] = name

    face_frames.draw_frames(picture, boxes, region, alt=alt, choose=choose)
    st.caption(say("picture.crop.several", number=len(boxes), used=used))


def _describe_region(picture: Picture, region: faces.Box | None) -> str:
    if region is None:
        return say("picture.crop.all_alt", picture=picture.alt)
    height, width = picture.pixels.shape[:2]
    left, top, wide, high = region.as_list()
    return say(
        "picture.crop.part_alt",
        picture=picture.alt,
        wide=wide,
        high=high,
        width=width,
        height=height,
        left=left,
        top=top,
    )


def _draw_frames(picture: Picture, region: faces.Box | None) -> NDArray[np.uint8]:
    """Draws the picture with a frame around every face and a strong one around the region."""
    pixels = picture.pixels
    scale = min(1.0, _SHOWN_SIDE / max(pixels.shape[:2]))
    size = (round(pixels.shape[1] * scale), round(pixels.shape[0] * scale))
    drawing = Image.fromarray(pixels).resize(size)
    pen = ImageDraw.Draw(drawing)
    line = max(2, min(size) // 160)
    for box in picture.faces[:_MOST_FACES]:
        if box != region:
            _frame(pen, box, scale, _OTHER, line)
    if region is not None:
        _frame(pen, region, scale, _IN_USE, 2 * line)
    return np.asarray(drawing)


def _frame(pen: ImageDraw.ImageDraw, box: faces.Box, scale: float, colour: str, line: int) -> None:
    left, top, width, height = (round(scale * value) for value in box.as_list())
    edges = (left, top, left + width - 1, top + height - 1)
    pen.rectangle(edges, outline=_HALO, width=line + 2)  # seen on bright pictures as well
    inner = (edges[0] + 1, edges[1] + 1, edges[2] - 1, edges[3] - 1)
    pen.rectangle(inner, outline=colour, width=line)
