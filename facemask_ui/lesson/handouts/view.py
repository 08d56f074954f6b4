"""The downloads of the handouts; the notes are only made on request."""

from __future__ import annotations

import streamlit as st

from facemask_ui.choices import class_link
from facemask_ui.language.texts import Texts
from facemask_ui.lesson import links
from facemask_ui.lesson.handouts.notes import write_notes
from facemask_ui.lesson.handouts.worksheet import write_worksheet

_NOTES = "lesson-notes"


def show_downloads(texts: Texts) -> None:
    """Shows both downloads.

    Args:
        texts: The language.
    """
    lab = links.find_lab(st.context.url)
    st.markdown(texts.say("page.teachers_lead"))
    if class_link.opens_here_alone(lab):
        st.warning(texts.say("page.teachers_here_alone"), icon=":material/link_off:")
    with st.container(horizontal=True, gap="small"):
        _show_download(texts, "worksheet", write_worksheet(texts, lab))
        languages = st.session_state.setdefault(_NOTES, set())
        if texts.language in languages:
            with st.spinner(texts.say("page.computing")):
                page = write_notes(texts, lab)
            _show_download(texts, "notes", page)
        else:
            st.button(
                texts.say("page.make_notes"),
                key="make-notes",
                icon=":material/edit_note:",
                on_click=languages.add,
                args=(texts.language,),
            )


def _show_download(texts: Texts, name: str, page: str) -> None:
    st.download_button(
        texts.say(f"page.{name}"),
        page.encode(),
        file_name=f"face-mask-lab-{name}-{texts.language}.html",
        mime="text/html",
        key=f"download-{name}",
        icon=":material/download:",
        on_click="ignore",
    )
