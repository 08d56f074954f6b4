"""The cards on the home page: links to starting points and to every other page, each explained."""

from __future__ import annotations

import streamlit as st

from facemask_ui.language import say
from facemask_ui.page import links, presets

CARDS = (
    ("pages/1_Inspect.py", "inspect", ":material/search:"),
    ("pages/2_Attack.py", "attack", ":material/bolt:"),
    ("pages/3_Report.py", "report", ":material/bar_chart:"),
    ("pages/4_Models.py", "models", ":material/neurology:"),
    ("pages/5_Learn.py", "learn", ":material/school:"),
    ("pages/7_Class.py", "class", ":material/groups:"),
    ("pages/6_Paper.py", "paper", ":material/article:"),
)
_ROWS = (3, 4)


def show_cards() -> None:
    """Shows the cards in two rows, both of them full."""
    columns = [column for count in _ROWS for column in st.columns(count)]
    for column, (script, name, icon) in zip(columns, CARDS, strict=True):
        with column.container(border=True, height="stretch"):
            st.page_link(script, label=f"**{say(f'{name}.title')}**", icon=icon)
            st.write(say(f"home.cards.{name}"))


def show_presets() -> None:
    """Shows a card for each starting point, one below the other."""
    with st.container(key="presets", gap="xsmall"):
        for preset in presets.PRESETS:
            with st.container(border=True, gap=None):
                st.page_link(
                    "pages/2_Attack.py",
                    label=f"**{say(f'presets.{preset.name}.label')}**",
                    icon=preset.icon,
                    query_params=links.complete_link("Attack", preset.query),
                )
                st.caption(say(f"presets.{preset.name}.sentence"))
