"""A point: something in the paper that does not add up, and a way to try it out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from facemask_core.paper.experiments import DETAILED_MODELS
from facemask_core.paper.printed import Paper
from facemask_ui.choices import models
from facemask_ui.language import join_names, say


@dataclass(frozen=True)
class Point:
    """One of the points.

    Attributes:
        name: The table of its strings.
        show: Shows what the paper says and the experiment, given the paper's printed figures and
            the name of the model measured here.
    """

    name: str
    show: Callable[[Paper, str], None]

    @property
    def title(self) -> str:
        """What does not add up, in a few words."""
        return say(f"paper.points.{self.name}.title")


def check_detail(model: str) -> bool:
    """Checks whether a model has results step by step; if not, shows which models have.

    Args:
        model: Name of the model measured here.

    Returns:
        Whether it has.
    """
    if model in DETAILED_MODELS:
        return True
    names = join_names(models.title(name) for name in DETAILED_MODELS)
    st.info(say("paper.points.elsewhere", models=names), icon=":material/arrow_upward:")
    return False


def draw_table(rows: list[dict[str, str]]) -> None:
    """Draws a calculation as a small table."""
    st.table(rows, hide_index=True, border="horizontal", width="content")
