"""A point: something in the paper that does not add up, and a way to try it out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from facemask_core.paper.experiments import DETAILED_MODELS
from facemask_core.paper.printed import Paper
from facemask_ui.choices import models


@dataclass(frozen=True)
class Point:
    """One of the points.

    Attributes:
        title: What does not add up, in a few words.
        show: Shows what the paper says and the experiment, given the paper's printed figures and
            the name of the model measured here.
    """

    title: str
    show: Callable[[Paper, str], None]


def check_detail(model: str) -> bool:
    """Checks whether a model has results step by step; if not, shows which models have.

    Args:
        model: Name of the model measured here.

    Returns:
        Whether it has.
    """
    if model in DETAILED_MODELS:
        return True
    names = " and ".join(models.title(name) for name in DETAILED_MODELS)
    st.info(
        f"Measured step by step on {names}; choose one of them above.",
        icon=":material/arrow_upward:",
    )
    return False


def draw_table(rows: list[dict[str, str]]) -> None:
    """Draws a calculation as a small table."""
    st.table(rows, hide_index=True, border="horizontal", width="content")
