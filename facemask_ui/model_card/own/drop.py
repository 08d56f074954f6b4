"""Dropping a model's file: each refusal in one sentence, each question with its answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from facemask_core.errors import FacemaskError, ForeignQuestionError
from facemask_core.labels import LABELS
from facemask_core.models.foreign.choices import Choices
from facemask_ui.base import messages, reveal, settings, upload
from facemask_ui.base.palette import name_class
from facemask_ui.choices import models, own_models
from facemask_ui.choices.own_models import OwnModel
from facemask_ui.language import say

if TYPE_CHECKING:
    from facemask_ui.compat import UploadedFile

_KEY = "own-model"
_FILES, _PROBLEM, _WRONGLY = f"{_KEY}:files", f"{_KEY}:problem", f"{_KEY}:worn-wrongly"


def show_drop() -> None:
    """Shows where a model is dropped, and takes it in; nothing where the operator takes none."""
    if not own_models.are_allowed():
        return
    is_open = _FILES in st.session_state
    with st.expander(say("models.own.drop.title"), icon=":material/upload_file:", expanded=is_open):
        upload.choose_files(
            say("models.own.drop.choose"),
            key=_KEY,
            on_change=_store_files,
            most_megabytes=own_models.MEGABYTES,
        )
        st.caption(say("models.own.drop.hint"))
        st.caption(f":material/lock: {say('models.own.private')}")
        if _FILES in st.session_state:
            _take_in(st.session_state[_FILES])


def choose_everywhere(name: str) -> None:
    """Chooses a model on every page where models are chosen.

    Args:
        name: The model.
    """
    first = models.shipped()[0]
    settings.remember("model", name, first)
    st.session_state["model"] = name
    settings.remember("judged", name, first, in_link=False)
    if "models" in st.session_state:
        known = models.list_choices()
        kept = [it for it in st.session_state["models"] if it in known and it != name]
        st.session_state["models"] = [*kept, name]


def _store_files(files: list[UploadedFile]) -> None:
    """Runs when a file is added or removed; whatever was said about the files before is over."""
    for key in (_FILES, _PROBLEM, _WRONGLY):
        st.session_state.pop(key, None)
    if files:
        st.session_state[_FILES] = {file.name: file.getvalue() for file in files}


def _take_in(files: dict[str, bytes]) -> None:
    """Reads the files, unless that has failed before."""
    problem: FacemaskError | None = st.session_state.get(_PROBLEM)
    if problem is None:
        worn_wrongly = st.session_state.get(_WRONGLY)
        choices = None if worn_wrongly is None else Choices(worn_wrongly=worn_wrongly)
        try:
            with st.spinner(say("models.own.drop.reading")):
                _welcome(own_models.add(files, choices))
        except FacemaskError as error:
            problem = st.session_state[_PROBLEM] = error
    if isinstance(problem, ForeignQuestionError):
        _ask_about_masks_worn_wrongly()
    elif problem is not None:
        messages.show_error(problem)


def _welcome(own: OwnModel) -> None:
    """Opens the card of a model that was taken in, with an empty place to drop another."""
    for key in (_FILES, _WRONGLY):
        st.session_state.pop(key, None)
    upload.empty_choice(_KEY)
    choose_everywhere(own.name)
    reveal.request()
    st.rerun()


def _ask_about_masks_worn_wrongly() -> None:
    st.info(say("models.own.drop.three"), icon=":material/help:")

    def answer(label: int) -> None:
        st.session_state.pop(_PROBLEM, None)
        st.session_state[_WRONGLY] = label

    with st.container(horizontal=True):
        for label in range(len(LABELS)):
            st.button(
                name_class(label), key=f"own-worn-wrongly-{label}", on_click=answer, args=(label,)
            )
