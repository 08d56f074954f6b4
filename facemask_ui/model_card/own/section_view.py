"""Draws a section of an inspection card on a page."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from facemask_core.inspection.sections import Section
from facemask_ui.base.messages import escape_markdown


def show_section(section: Section) -> None:
    """Shows a section: its heading, its sentences, its table, whose cells wrap.

    Args:
        section: The section.
    """
    st.header(section.title, anchor=False)
    for sentence in section.lead:
        st.markdown(escape_markdown(sentence))
    if section.head:
        first, *heads = map(escape_markdown, section.head)
        rows = [[escape_markdown(cell) for cell in row] for row in section.rows]
        table = pd.DataFrame([row[1:] for row in rows], columns=heads)
        table.index = pd.Index([row[0] for row in rows], name=first)
        st.table(table)
    for sentence in section.notes:
        st.caption(escape_markdown(sentence))
