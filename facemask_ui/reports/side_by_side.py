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
from facemask_ui.language import number, percent, say
from facemask_ui.reports import headline_figures, mcnemar_table


def show_comparison(first: Evaluation, second: Evaluation) -> None:
    """Shows the figures of two reports in one table, and where the two differ.

    Args:
        first: The report that is open.
        second: The one beside it.
    """
    st.subheader(say("report.beside.title"), anchor=False)
    st.dataframe(tabulate_figures(first, second), hide_index=True)
    try:
        tests = evaluation.compare(first, second)
    except DatasetError as error:
        st.caption(say("report.beside.untested", reason=messages.write_problem(str(error))))
    else:
        for name, test in tests.items():
            st.markdown(
                say(
                    "report.beside.test",
                    figure=headline_figures.name_figure(name),
                    first=number(test.only_first),
                    second=number(test.only_second),
                    p=mcnemar_table.write_p_value(test.p_value),
                )
            )
        st.caption(say("report.comparison.meaning"))
    differences = list_differences(first, second)
    if differences is not None and len(differences):
        title = say("report.beside.differences", count=number(len(differences)))
        with st.expander(title, icon=":material/call_split:"):
            st.dataframe(differences, hide_index=True)


def tabulate_figures(first: Evaluation, second: Evaluation) -> pd.DataFrame:
    """Makes one row a figure, each with its interval."""
    columns = {
        _write_title(first): _write_figures(first),
        _write_title(second): _write_figures(second),
    }
    if len(columns) < 2:  # the same model under the same attack on other photographs
        titles = (say("report.beside.first"), say("report.beside.second"))
        columns = dict(zip(titles, map(_write_figures, (first, second)), strict=True))
    names = list(dict.fromkeys(name for column in columns.values() for name in column))
    return pd.DataFrame(
        {"": names}
        | {title: [column.get(name, "–") for name in names] for title, column in columns.items()}
    )


def _write_figures(report: Evaluation) -> dict[str, str]:
    figures = {it.label: _write_figure(it) for it in headline_figures.list_figures(report)}
    return figures | {say("report.beside.images"): number(len(report.paths))}


def _write_figure(figure: headline_figures.Figure) -> str:
    share, interval = percent(figure.value), figure.interval_text
    if not interval:
        return share
    return say("report.beside.figure_interval", share=share, interval=interval)


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
    sides = (say("report.beside.the_second"), say("report.beside.the_first"))
    return pd.DataFrame(
        {
            say("report.beside.right_in"): [sides[int(ends[0][row])] for row in rows],
            say("report.beside.file"): [visible(first.paths[row]) for row in rows],
        }
    )
