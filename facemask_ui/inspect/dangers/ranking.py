"""Where each dial first changes a verdict, the nearest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from facemask_core.errors import FacemaskError
from facemask_ui import language
from facemask_ui.base import messages
from facemask_ui.choices import models as choices
from facemask_ui.face.answers import Face
from facemask_ui.inspect.dangers.dials import Dial
from facemask_ui.language import say

_BEYOND = 1.5
"""Where a dial that changes nothing is ranked: behind every one that does at its end."""


def show_ranking(face: Face, dials: Sequence[Dial], models: Sequence[str]) -> None:
    """Shows a table: a row for each dial, a column for each model.

    Args:
        face: uint8 (224, 224, 3).
        dials: The dials.
        models: Names of the models.
    """
    st.subheader(say("inspect.dangers.ranking.heading"), anchor=False)
    notches: dict[str, list[int | None]] = {}
    table = st.empty()
    for model in models:
        title = choices.title(model)
        try:
            turning = say("inspect.dangers.ranking.turning", model=messages.escape_markdown(title))
            with st.spinner(turning):
                notches[title] = [dial.find_first_change(face, model) for dial in dials]
        except FacemaskError as error:  # the other models still have their columns
            messages.show_error(error)
            continue
        # The first model's column is on the screen while the next one answers.
        table.dataframe(tabulate_changes(dials, notches), hide_index=True, height="content")
    st.caption(say("inspect.dangers.ranking.meaning"))


def tabulate_changes(
    dials: Sequence[Dial], notches: Mapping[str, Sequence[int | None]]
) -> pd.DataFrame:
    """Tabulates the first notches, ranked by their mean share of the dials.

    Args:
        dials: The dials.
        notches: For each model's title the first notch of every dial; None where none changes the
            verdict.
    """
    rows = []
    head = say("inspect.dangers.ranking.danger")
    for number, dial in enumerate(dials):
        own = [column[number] for column in notches.values()]
        shares = [_BEYOND if notch is None else notch / dial.last for notch in own]
        cells = {title: _write(dial, column[number]) for title, column in notches.items()}
        rows.append((sum(shares), {head: dial.title, **cells}))
    rows.sort(key=lambda row: row[0])
    return pd.DataFrame([row for _, row in rows])


def _write(dial: Dial, notch: int | None) -> str:
    if notch is None:
        return say("inspect.dangers.ranking.holds")
    share = language.number(100 * notch / dial.last)
    return say("inspect.dangers.ranking.first_notch", state=dial.describe(notch), share=share)
