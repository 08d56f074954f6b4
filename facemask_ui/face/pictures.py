"""The picture a visitor works on: a sample, an upload or a photo. It stays on every page.

Uploads and photos live in the session alone. A link can name a sample, never someone's picture.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Literal

import streamlit as st

from facemask_core.data import samples
from facemask_core.errors import FacemaskError
from facemask_core.pictures import images, model_input
from facemask_core.pictures.faces import Box, find_faces
from facemask_core.pictures.model_input import NoteReading
from facemask_core.pictures.pixel_budget import PixelBudget
from facemask_ui.base import messages, settings, upload
from facemask_ui.face import gallery
from facemask_ui.face.decoded_pixels import DecodedPixels
from facemask_ui.face.portrait_words import describe_portrait
from facemask_ui.language import say
from facemask_ui.visitors.shared_cache import AnswerCache

if TYPE_CHECKING:
    from facemask_ui.compat import UploadedFile

DEFAULT_SAMPLE = "portrait-04"
SAMPLES, UPLOAD, WEBCAM = SOURCES = ("Samples", "Upload", "Webcam")
DEVICE = "Device"
"""A picture that stays on the visitor's device; a page that computes there offers it."""
Origin = Literal["shipped", "uploaded", "photographed", "several"]
"""Where a picture comes from: the lab, a visitor's file or camera, or one of several files."""
_ICONS = {
    SAMPLES: ":material/grid_view:",
    UPLOAD: ":material/upload:",
    WEBCAM: ":material/photo_camera:",
}
_SEARCHES = PixelBudget(2 * images.MAX_PIXELS, most_of_group=images.MAX_PIXELS)
"""The pictures in which faces are searched at once: a large one takes seconds and 120 MB."""


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture before any crop; what is computed on it goes with it.

    Attributes:
        pixels: The decoded picture, uint8 (height, width, 3); not to be changed.
        name: What it is called on the screen.
        origin: Where it comes from.
        data: Its file.
        label: The true class, or None where only the visitor knows.
        framed: Whether it is cropped to the face already, like the pictures of a dataset.
        reading: What its file says that the lab made on it.
        sha256: Hash of the file; stands for it in every cache key.
    """

    pixels = DecodedPixels(2 * images.MAX_PIXELS)
    name: str
    origin: Origin
    data: bytes = field(repr=False)
    label: int | None = None
    framed: bool = False
    reading: NoteReading = model_input.NO_NOTE
    sha256: str = field(init=False)
    _faces: AnswerCache[list[Box]] = field(
        default_factory=lambda: AnswerCache(1), init=False, repr=False
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "sha256", hashlib.sha256(self.data).hexdigest())

    @property
    def shipped(self) -> bool:
        """Whether it is one of the lab's own, and so nobody's secret."""
        return self.origin == "shipped"

    @property
    def alt(self) -> str:
        """What it shows, in words of the page's language."""
        if self.shipped:
            return describe_portrait(samples.get(self.name).alt)
        return say(f"picture.alt.{self.origin}")

    @property
    def faces(self) -> list[Box]:
        """The faces in it, from the largest.

        Python 3.11 would make the searches of all visitors wait for one another if this were a
        cached property, and a closed tab's would go on waiting.
        """
        return self._faces.get("faces", self._search_faces)

    def _search_faces(self) -> list[Box]:
        height, width = self.pixels.shape[:2]
        with _SEARCHES.reserve(height * width):
            return find_faces(self.pixels)


def choose_picture() -> Picture | None:
    """Draws the choice of picture and returns the picture.

    Returns:
        The picture, or None where there is none yet or it cannot be used; the page says why.
    """
    return choose_from(choose_source(SOURCES))


def choose_from(source: str, *, visible: bool = True) -> Picture | None:
    """Draws the choice among the pictures of a source and returns the picture.

    Args:
        source: One of :data:`SOURCES`.
        visible: Whether the visitor may choose; otherwise it is the link's sample.

    Returns:
        As :func:`choose_picture`.
    """
    if not visible:
        return read_sample(gallery.current_sample(DEFAULT_SAMPLE))
    if source == SAMPLES:
        return read_sample(gallery.choose_sample(DEFAULT_SAMPLE))
    file = _choose_upload() if source == UPLOAD else _take_photo()
    picture: Picture | None = st.session_state.get(f"picture:{source}")
    if picture is None:
        return None
    try:
        picture.pixels  # noqa: B018, decoded here, where a refusal can be shown
    except FacemaskError as error:
        messages.show_error(error)
        return None
    if file is None:
        name = messages.escape_markdown(picture.name)
        st.caption(f":material/history: {say('picture.still_used', name=name)}")
    return picture


@cache
def read_sample(sample_id: str) -> Picture:
    """Reads a shipped picture, once for all visitors.

    Args:
        sample_id: Its name in links.

    Raises:
        ImageError: There is none of that name.
    """
    sample = samples.get(sample_id)
    return Picture(
        sample.id,
        "shipped",
        sample.path.read_bytes(),
        sample.label,
        framed=sample is not samples.PHOTOGRAPH,
    )


def choose_source(sources: Sequence[str]) -> str:
    """Draws the choice of where the picture comes from.

    Args:
        sources: What there is to choose from.
    """
    if st.query_params.get("sample") in gallery.list_samples():
        settings.remember("source", SAMPLES, SAMPLES, in_link=False)  # a link asked for a sample
    widget = settings.bind("source", SAMPLES, settings.one_of(sources), in_link=False)
    remember = widget["on_change"]

    def store() -> None:
        st.query_params.pop("sample", None)
        remember()

    widget["on_change"] = store
    # Four words fit into the column beside the stage, four words and their icons do not.
    icons = dict.fromkeys(sources, "") if len(sources) > 3 else _ICONS
    return str(
        st.segmented_control(
            say("picture.choose"),
            sources,
            format_func=lambda name: f"{icons[name]} {say(f'picture.source.{name}')}".strip(),
            required=True,
            label_visibility="collapsed",
            **widget,
        )
    )


def _choose_upload() -> UploadedFile | None:
    file = upload.choose_file(
        say("picture.upload"),
        key="upload",
        on_change=lambda file: _store_picture(UPLOAD, file, "uploaded"),
        most_megabytes=images.MAX_BYTES // 2**20,
    )
    st.caption(say("picture.limits", kinds=say("refusals.kinds")))
    return file


def _take_photo() -> UploadedFile | None:
    return st.camera_input(
        say("picture.take"),
        key="photo",
        on_change=lambda: _store_picture(WEBCAM, st.session_state["photo"], "photographed"),
        resolution="480p",
        help=say("picture.camera_hint"),
    )


def _store_picture(source: str, file: UploadedFile | None, origin: Origin) -> None:
    """Runs when the visitor adds or removes a file; a page switch empties the widget silently."""
    if file is None:
        st.session_state.pop(f"picture:{source}", None)
    else:
        st.session_state[f"picture:{source}"] = read_upload(file.name, origin, file.getvalue())


def read_upload(name: str, origin: Origin, data: bytes) -> Picture:
    """Reads what a visitor's file says of itself; its pixels are decoded once they are wanted.

    Args:
        name: The file's name.
        origin: Where it comes from.
        data: The file.
    """
    reading = model_input.read_note(data)
    framed = reading.note is not None and reading.note.shows_face
    return Picture(name, origin, data, framed=framed, reading=reading)


def use_picture(picture: Picture) -> None:
    """Makes a visitor's picture the one that every page works on, as if it was uploaded there.

    Args:
        picture: The picture.
    """
    st.session_state[f"picture:{UPLOAD}"] = picture
    st.query_params.pop("sample", None)
    settings.remember("source", UPLOAD, SAMPLES, in_link=False)
