"""The cards on the home page: links to starting points and to every other page, each explained."""

from __future__ import annotations

import streamlit as st

from facemask_ui.page import links, presets

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


def show_presets() -> None:
    """Shows a card for each starting point, one below the other."""
    with st.container(key="presets", gap="xsmall"):
        for preset in presets.PRESETS:
            with st.container(border=True, gap=None):
                st.page_link(
                    "pages/2_Attack.py",
                    label=f"**{preset.label}**",
                    icon=preset.icon,
                    query_params=links.complete_link("Attack", preset.query),
                )
                st.caption(preset.sentence)
