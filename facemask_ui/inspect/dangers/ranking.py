"""Where each dial first changes a verdict, the nearest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from facemask_core.errors import FacemaskError
from facemask_ui.base import messages
from facemask_ui.choices import models as choices
from facemask_ui.face.answers import Face
from facemask_ui.inspect.dangers.dials import Dial

_BEYOND = 1.5
"""Where a dial that changes nothing is ranked: behind every one that does at its end."""


def show_ranking(face: Face, dials: Sequence[Dial], models: Sequence[str]) -> None:
    """Shows a table: a row for each dial, a column for each model.

    Args:
        face: uint8 (224, 224, 3).
        dials: The dials.
        models: Names of the models.
    """
    st.subheader("Where each first changes the verdict", anchor=False)
    notches: dict[str, list[int | None]] = {}
    table = st.empty()
    for model in models:
        title = choices.title(model)
        try:
            with st.spinner(f"Turning all dials for {messages.escape_markdown(title)}…"):
                notches[title] = [dial.find_first_change(face, model) for dial in dials]
        except FacemaskError as error:  # the other models still have their columns
            messages.show_error(error)
            continue
        # The first model's column is on the screen while the next one answers.
        table.dataframe(tabulate_changes(dials, notches), hide_index=True, height="content")
    st.caption(
        "The first notch at which the answer is another than the model's own to the face as it is, "
        "and its share of the dial. Ranked by the mean share; a dial that changes nothing comes "
        "last. The dials end where a person still sees a face, and epsilon where the page Attack "
        "ends: shares of different dials are compared as such, not as equal harm."
    )


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
    for number, dial in enumerate(dials):
        own = [column[number] for column in notches.values()]
        shares = [_BEYOND if notch is None else notch / dial.last for notch in own]
        cells = {title: _write(dial, column[number]) for title, column in notches.items()}
        rows.append((sum(shares), {"danger": dial.title, **cells}))
    rows.sort(key=lambda row: row[0])
    return pd.DataFrame([row for _, row in rows])


def _write(dial: Dial, notch: int | None) -> str:
    return "holds" if notch is None else f"{dial.describe(notch)} ({100 * notch / dial.last:.0f} %)"
