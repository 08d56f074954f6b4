"""The cards on the home page: a link to each other page, and a sentence on what one does there."""

from __future__ import annotations

import streamlit as st

CARDS = (
    (
        "pages/1_Inspect.py",
        "**Inspect**",
        ":material/search:",
        "Give it a face, and see what every model says and where it looks.",
    ),
    (
        "pages/2_Attack.py",
        "**Attack**",
        ":material/bolt:",
        "Choose an attack and its strength, and compare original, noise and result.",
    ),
    (
        "pages/3_Report.py",
        "**Report**",
        ":material/bar_chart:",
        "Ask how often that happens on a whole dataset, before and after the attack.",
    ),
    (
        "pages/4_Models.py",
        "**Models**",
        ":material/neurology:",
        "Read how each model learned, how well it does, and where it fails.",
    ),
    (
        "pages/5_Learn.py",
        "**Learn**",
        ":material/school:",
        "Guess, then look: a lesson of 25 minutes, with worksheet and teacher's notes.",
    ),
    (
        "pages/6_Paper.py",
        "**Paper**",
        ":material/article:",
        "Set the paper's figures beside this lab's, and try out what does not add up.",
    ),
)


def show_cards() -> None:
    """Shows the cards in rows of three."""
    columns = [*st.columns(3), *st.columns(3)]
    for column, (script, label, icon, sentence) in zip(columns, CARDS, strict=True):
        with column.container(border=True, height="stretch"):
            st.page_link(script, label=label, icon=icon)
            st.write(sentence)
