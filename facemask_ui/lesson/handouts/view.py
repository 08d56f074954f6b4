"""The handouts on the screen: one to take at once, one to be made first."""

from __future__ import annotations

import streamlit as st

from facemask_ui.lesson import links
from facemask_ui.lesson.handouts.notes import write_notes
from facemask_ui.lesson.handouts.worksheet import write_worksheet
from facemask_ui.lesson.texts import Texts

_MADE = "lesson-notes"


def offer(texts: Texts) -> None:
    """Draws both downloads.

    Args:
        texts: The language.
    """
    lab = links.lab_address(st.context.url)
    st.markdown(texts.say("page.teachers_lead"))
    with st.container(horizontal=True, gap="small"):
        _download(texts, "worksheet", write_worksheet(texts, lab))
        made = st.session_state.setdefault(_MADE, set())
        if texts.language in made:
            with st.spinner(texts.say("page.computing")):
                page = write_notes(texts, lab)
            _download(texts, "notes", page)
        else:
            st.button(
                texts.say("page.make_notes"),
                key="make-notes",
                icon=":material/edit_note:",
                on_click=made.add,
                args=(texts.language,),
            )


def _download(texts: Texts, name: str, page: str) -> None:
    st.download_button(
        texts.say(f"page.{name}"),
        page.encode(),
        file_name=f"face-mask-lab-{name}-{texts.language}.html",
        mime="text/html",
        key=f"download-{name}",
        icon=":material/download:",
        on_click="ignore",
    )
