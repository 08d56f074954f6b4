"""Do attacks travel? What was made on one model, shown to another, from finished reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from facemask_core.runs import Question
from facemask_ui.base.palette import percent
from facemask_ui.choices import attack_setup, models
from facemask_ui.reports.headline_figures import Figure

Told = tuple[Mapping[str, Any], Iterable[Figure]]
"""What a stored report was asked, and its headline figures."""

MEANING = (
    "Success rate: of the images a model has right, the share it gets wrong once they are "
    "attacked. A row is the model the attack was made on, a column the one it was shown to; where "
    "they are the same the attacker knows that model."
)
_OWN = ("attack", "knowledge", "made_with", "source", "source_sha256", "source_precision")
"""What of a threat model tells transfer from the attack it is made with."""
_NOTHING = "–"


def show(found: Mapping[str, pd.DataFrame]) -> None:
    """Draws one table for each attack that was tried on another model than its own.

    Args:
        found: What :func:`tables` makes.
    """
    if not found:
        return
    st.header("Do attacks travel?", anchor=False)
    for title, table in found.items():
        st.markdown(f"**{title}**")
        st.dataframe(table)
    st.caption(MEANING)


def tables(reports: Iterable[Told]) -> dict[str, pd.DataFrame]:
    """Makes one table an attack; attacks that stayed at home have none.

    Args:
        reports: Reports on the same files.
    """
    cells: dict[str, dict[tuple[str, str], str]] = {}
    titles: dict[str, str] = {}
    for values, figures in reports:
        stated = values["threat_model"]
        if stated is None:
            continue
        at_home = _at_home(stated)
        attack = Question.of(at_home).text
        pair = (stated.get("source", values["model"]), values["model"])
        cells.setdefault(attack, {})[pair] = _success(figures)
        titles[attack] = attack_setup.stated({"threat_model": at_home})
    return {
        titles[attack]: _table(pairs)
        for attack, pairs in cells.items()
        if any(source != target for source, target in pairs)
    }


def _at_home(stated: Mapping[str, Any]) -> dict[str, Any]:
    """The attack as it is made, wherever; equal for equal ones."""
    rest = {key: value for key, value in stated.items() if key not in _OWN}
    return rest | {"attack": stated.get("made_with", stated["attack"])}


def _success(figures: Iterable[Figure]) -> str:
    return next((percent(it.value) for it in figures if it.label == "Success rate"), _NOTHING)


def _table(pairs: Mapping[tuple[str, str], str]) -> pd.DataFrame:
    names = list(dict.fromkeys(name for pair in pairs for name in pair))
    rows = {
        f"made on {models.name(source)}": {
            f"shown to {models.name(target)}": pairs.get((source, target), _NOTHING)
            for target in names
        }
        for source in names
    }
    return pd.DataFrame.from_dict(rows, orient="index")
