"""A model that a visitor brings along: dropped here, shown as found, measured, and printed.

- ``drop`` takes its file, and asks what the file leaves open;
- ``use`` shows how it is used, and lets the visitor overrule that;
- ``measured`` measures it part by part, while the visitor looks on, and prints its card.
"""

from __future__ import annotations

import streamlit as st

from facemask_ui.choices import models, own_models
from facemask_ui.choices.own_models import OwnModel
from facemask_ui.language import say
from facemask_ui.model_card.own.drop import choose_everywhere, show_drop
from facemask_ui.model_card.own.measured import show_measured
from facemask_ui.model_card.own.use import show_use

__all__ = ["show_drop", "show_own_card"]


def show_own_card(own: OwnModel) -> None:
    """Shows the card of a model that this visitor brought along.

    Args:
        own: The model.
    """
    st.caption(f":material/lock: {say('models.own.private')}")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link("pages/1_Inspect.py", label=say("inspect.title"), icon=":material/search:")
        st.page_link("pages/2_Attack.py", label=say("attack.title"), icon=":material/bolt:")
        st.page_link("pages/3_Report.py", label=say("report.title"), icon=":material/table:")
        st.button(
            say("models.own.remove"),
            icon=":material/delete:",
            type="tertiary",
            on_click=_remove,
            args=(own,),
        )
    show_use(own)
    show_measured(own)


def _remove(own: OwnModel) -> None:
    own_models.remove(own)
    choose_everywhere(models.shipped()[0])
