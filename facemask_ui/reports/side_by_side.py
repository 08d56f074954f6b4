"""Two reports side by side, and whether they differ by more than chance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from facemask_core import evaluation
from facemask_core.errors import DatasetError
from facemask_core.evaluation.report import Evaluation
from facemask_core.text import visible
from facemask_ui.base import messages
from facemask_ui.base.palette import percent
from facemask_ui.choices import attack_setup, models
from facemask_ui.reports import headline_figures, mcnemar_table


def show(first: Evaluation, second: Evaluation) -> None:
    """Draws the figures of two reports in one table, and where they part.

    Args:
        first: The one shown in full.
        second: The one beside it.
    """
    st.subheader("Side by side", anchor=False)
    st.dataframe(table(first, second), hide_index=True)
    try:
        tests = evaluation.compare(first, second)
    except DatasetError as error:
        st.caption(f"No test between the two: {messages.escape_markdown(str(error))}")
    else:
        for name, test in tests.items():
            st.markdown(
                f"**{mcnemar_table.WORDS[name]}**, images right in one alone: "
                f"{test.only_first} in the first, {test.only_second} in the second; "
                f"p {mcnemar_table.written(test.p_value)}."
            )
        st.caption(mcnemar_table.MEANING)
    if (parting := partings(first, second)) is not None and len(parting):
        title = f"Images right in one alone ({len(parting)})"
        with st.expander(title, icon=":material/call_split:"):
            st.dataframe(parting, hide_index=True)


def table(first: Evaluation, second: Evaluation) -> pd.DataFrame:
    """Makes one row a figure, each with its interval."""
    columns = {_title(first): _written(first), _title(second): _written(second)}
    if len(columns) < 2:  # the same model under the same attack on other photographs
        columns = {"first": _written(first), "second": _written(second)}
    names = list(dict.fromkeys(name for column in columns.values() for name in column))
    return pd.DataFrame(
        {"": names}
        | {title: [found.get(name, "–") for name in names] for title, found in columns.items()}
    )


def _written(report: Evaluation) -> dict[str, str]:
    figures = {
        figure.label: percent(figure.value) + (f" ({figure.between})" if figure.between else "")
        for figure in headline_figures.figures(report)
    }
    return figures | {"Images": str(len(report.paths))}


def _title(report: Evaluation) -> str:
    attack = attack_setup.stated({"threat_model": report.threat_model})
    return f"{models.name(report.model)}, {attack}"


def partings(first: Evaluation, second: Evaluation) -> pd.DataFrame | None:
    """Lists the images that one of two reports has right to the end and the other has not.

    Returns:
        One row an image; None where the two are about different images.
    """
    if (first.data_sha256, first.paths) != (second.data_sha256, second.paths):
        return None
    ends = [it.clean.right if it.standing is None else it.standing for it in (first, second)]
    rows = np.flatnonzero(ends[0] != ends[1])
    return pd.DataFrame(
        {
            "right in": ["the first" if ends[0][row] else "the second" for row in rows],
            "file": [visible(first.paths[row]) for row in rows],
        }
    )
