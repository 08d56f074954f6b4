"""Choosing many pictures, and the faces in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from facemask_core.errors import FacemaskError
from facemask_core.pictures import faces, images
from facemask_ui.base import upload
from facemask_ui.face import pictures
from facemask_ui.face.note_words import describe_reading
from facemask_ui.face.pictures import Picture
from facemask_ui.language import say
from facemask_ui.language.refusals import translate_refusal

if TYPE_CHECKING:
    from facemask_ui.compat import UploadedFile

_KEY, _COUNT = "pictures:several", "pictures:several-count"
_MOST_PICTURES, _MOST_FACES = 24, 60


@dataclass(frozen=True, eq=False)
class FaceInPicture:
    """A face of one of the pictures; or what there is instead of one.

    Attributes:
        picture: The picture.
        number: Its number in the picture, from the left.
        count: The number of faces in the picture.
        box: Where in the picture it is; None for all of it.
        pixels: uint8 (224, 224, 3), the face as models see it; None where there is none.
        problem: Why the picture cannot be read, as the core says it.
    """

    picture: Picture
    number: int = 1
    count: int = 1
    box: faces.Box | None = None
    pixels: NDArray[np.uint8] | None = None
    problem: str = ""

    @property
    def remark(self) -> str:
        """Why there is no face, or what else is to be said."""
        if self.problem:
            return translate_refusal(self.problem)
        found = "" if self.count else say("inspect.several.no_face")
        return describe_reading(self.picture.reading) or found


@dataclass(frozen=True, eq=False)
class ChosenPicture:
    """A picture of many; its faces are kept, so that it is decoded once.

    Attributes:
        picture: The picture.
    """

    picture: Picture

    @cached_property
    def all_faces(self) -> list[FaceInPicture]:
        """Its faces from the left, or a line that says why there is none."""
        try:
            return self._cut_faces()
        except FacemaskError as error:
            return [FaceInPicture(self.picture, count=0, problem=str(error))]

    def _cut_faces(self) -> list[FaceInPicture]:
        picture, note = self.picture, self.picture.reading.note
        if note is not None and not note.shows_face:
            return [FaceInPicture(picture, count=0)]
        if picture.framed:
            return [FaceInPicture(picture, pixels=faces.crop(picture.pixels, None))]
        boxes = faces.left_to_right(picture.faces)
        if not boxes:
            return [FaceInPicture(picture, count=0)]
        return [
            FaceInPicture(picture, number, len(boxes), box, faces.crop(picture.pixels, box))
            for number, box in enumerate(boxes, 1)
        ]


def choose_pictures() -> list[ChosenPicture]:
    """Draws the choice of pictures and returns those that are chosen."""
    upload.choose_files(
        say("inspect.several.choose"),
        key="several",
        on_change=_store_pictures,
        most_megabytes=images.MAX_BYTES // 2**20,
    )
    st.caption(say("inspect.several.limits", kinds=say("refusals.kinds"), pictures=_MOST_PICTURES))
    chosen: list[ChosenPicture] = st.session_state.get(_KEY, [])
    count = int(st.session_state.get(_COUNT, 0))
    if count > len(chosen):
        st.warning(
            say("inspect.several.too_many_pictures", given=count, most=len(chosen)),
            icon=":material/warning:",
        )
    return chosen


def _store_pictures(files: list[UploadedFile]) -> None:
    """Runs when a file is added or removed; what is known of a picture stays known."""
    before: list[ChosenPicture] = st.session_state.get(_KEY, [])
    known = {(it.picture.name, it.picture.data): it for it in before}
    chosen = []
    for file in files[:_MOST_PICTURES]:
        data = file.getvalue()
        new = ChosenPicture(pictures.read_upload(file.name, "several", data))
        chosen.append(known.get((file.name, data), new))
    st.session_state[_KEY], st.session_state[_COUNT] = chosen, len(files)


def find_all_faces(chosen: Sequence[ChosenPicture]) -> list[FaceInPicture]:
    """Finds the faces in pictures, and says how far it is.

    Args:
        chosen: The pictures.

    Returns:
        The faces in the order of the pictures, and a line for every picture without one; of a
        crowd so many that they can be judged in a moment.
    """
    place = st.empty()
    lines: list[FaceInPicture] = []
    for number, picture in enumerate(chosen, 1):
        if "all_faces" not in vars(picture):
            place.progress(number / len(chosen), say("inspect.several.looking", number=number))
        lines += picture.all_faces
    place.empty()
    if len(lines) > _MOST_FACES:
        st.warning(
            say("inspect.several.too_many_faces", given=len(lines), most=_MOST_FACES),
            icon=":material/warning:",
        )
    return lines[:_MOST_FACES]
