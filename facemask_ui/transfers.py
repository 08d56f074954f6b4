"""Do attacks travel? What was made on one model, shown to another, from finished reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from facemask_core.evaluation import Evaluation
from facemask_core.runs import Question
from facemask_ui import attacking, models
from facemask_ui.palette import percent

MEANING = (
    "Success rate: of the images a model has right, the share it gets wrong once they are "
    "attacked. A row is the model the attack was made on, a column the one it was shown to; where "
    "they are the same the attacker knows that model."
)
_OWN = ("attack", "knowledge", "made_with", "source", "source_sha256", "source_precision")
"""What of a threat model tells transfer from the attack it is made with."""


def show(reports: Mapping[str, Evaluation]) -> None:
    """Draws one table for each attack that was tried on another model than its own.

    Args:
        reports: Reports on the same files, by any key.
    """
    found = tables(reports.values())
    if not found:
        return
    st.header("Do attacks travel?", anchor=False)
    for title, table in found.items():
        st.markdown(f"**{title}**")
        st.dataframe(table)
    st.caption(MEANING)


def tables(reports: Any) -> dict[str, pd.DataFrame]:
    """Makes one table an attack; attacks that stayed at home have none.

    Args:
        reports: Reports on the same files.
    """
    cells: dict[str, dict[tuple[str, str], Evaluation]] = {}
    titles: dict[str, str] = {}
    for report in reports:
        if report.threat_model is None:
            continue
        attack = _attack(report.threat_model)
        source = report.threat_model.get("source", report.model)
        cells.setdefault(attack, {})[source, report.model] = report
        if "source" not in report.threat_model or attack not in titles:
            titles[attack] = attacking.stated({"threat_model": _at_home(report.threat_model)})
    return {
        titles[attack]: _table(pairs)
        for attack, pairs in cells.items()
        if any(source != target for source, target in pairs)
    }


def _attack(stated: Mapping[str, Any]) -> str:
    """The attack as it is made, wherever; equal for equal ones."""
    name = stated.get("made_with", stated["attack"])
    rest = {key: value for key, value in stated.items() if key not in _OWN}
    return Question.of(rest | {"made_with": name}).text


def _at_home(stated: Mapping[str, Any]) -> dict[str, Any]:
    rest = {key: value for key, value in stated.items() if key not in _OWN}
    return rest | {"attack": stated.get("made_with", stated["attack"])}


def _table(pairs: Mapping[tuple[str, str], Evaluation]) -> pd.DataFrame:
    names = list(dict.fromkeys(name for pair in pairs for name in pair))
    rows = {
        f"made on {models.name(source)}": {
            f"shown to {models.name(target)}": _cell(pairs.get((source, target)))
            for target in names
        }
        for source in names
    }
    return pd.DataFrame.from_dict(rows, orient="index")


def _cell(report: Evaluation | None) -> str:
    if report is None or report.success_rate is None:
        return "–"
    return percent(report.success_rate)
