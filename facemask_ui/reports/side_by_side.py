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
from facemask_ui.choices import attack_setup, models
from facemask_ui.language import percent
from facemask_ui.reports import headline_figures, mcnemar_table


def show_comparison(first: Evaluation, second: Evaluation) -> None:
    """Shows the figures of two reports in one table, and where the two differ.

    Args:
        first: The report that is open.
        second: The one beside it.
    """
    st.subheader("Side by side", anchor=False)
    st.dataframe(tabulate_figures(first, second), hide_index=True)
    try:
        tests = evaluation.compare(first, second)
    except DatasetError as error:
        st.caption(f"No test between the two: {messages.write_problem(str(error))}")
    else:
        for name, test in tests.items():
            st.markdown(
                f"**{mcnemar_table.FIGURE_NAMES[name]}**, images right in one alone: "
                f"{test.only_first} in the first, {test.only_second} in the second; "
                f"p {mcnemar_table.write_p_value(test.p_value)}."
            )
        st.caption(mcnemar_table.MEANING)
    differences = list_differences(first, second)
    if differences is not None and len(differences):
        title = f"Images right in one alone ({len(differences)})"
        with st.expander(title, icon=":material/call_split:"):
            st.dataframe(differences, hide_index=True)


def tabulate_figures(first: Evaluation, second: Evaluation) -> pd.DataFrame:
    """Makes one row a figure, each with its interval."""
    columns = {
        _write_title(first): _write_figures(first),
        _write_title(second): _write_figures(second),
    }
    if len(columns) < 2:  # the same model under the same attack on other photographs
        columns = {"first": _write_figures(first), "second": _write_figures(second)}
    names = list(dict.fromkeys(name for column in columns.values() for name in column))
    return pd.DataFrame(
        {"": names}
        | {title: [column.get(name, "–") for name in names] for title, column in columns.items()}
    )


def _write_figures(report: Evaluation) -> dict[str, str]:
    figures = {
        figure.label: percent(figure.value)
        + (f" ({figure.interval_text})" if figure.interval_text else "")
        for figure in headline_figures.list_figures(report)
    }
    return figures | {"Images": str(len(report.paths))}


def _write_title(report: Evaluation) -> str:
    attack = attack_setup.describe_stored_attack({"threat_model": report.threat_model})
    return f"{models.name(report.model)}, {attack}"


def list_differences(first: Evaluation, second: Evaluation) -> pd.DataFrame | None:
    """Lists the images that one of two reports has right to the end and the other has not.

    Returns:
        One row an image; None where the two are about different images.
    """
    if (first.data_sha256, first.paths) != (second.data_sha256, second.paths):
        return None
    ends = [it.clean.right if it.robust is None else it.robust for it in (first, second)]
    rows = np.flatnonzero(ends[0] != ends[1])
    return pd.DataFrame(
        {
            "right in": ["the first" if ends[0][row] else "the second" for row in rows],
            "file": [visible(first.paths[row]) for row in rows],
        }
    )
