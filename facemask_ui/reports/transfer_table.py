"""Do attacks transfer? Their success on other models than the one they were made on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from facemask_core.runs import Question
from facemask_ui.choices import attack_setup, models
from facemask_ui.language import percent, say
from facemask_ui.reports.headline_figures import FOOLED, Figure

StoredReport = tuple[Mapping[str, Any], Iterable[Figure]]
"""The question of a stored report, and its headline figures."""

_TRANSFER_KEYS = ("attack", "knowledge", "made_with", "source", "source_sha256", "source_precision")
"""The parts of a threat model that a transferred attack has of its own."""
_NOTHING = "–"


def show_tables(tables: Mapping[str, pd.DataFrame]) -> None:
    """Shows one table for each attack that was tried on another model than its own.

    Args:
        tables: The tables by attack, from :func:`tabulate_transfers`.
    """
    if not tables:
        return
    st.subheader(say("report.transfer.title"), anchor=False)
    for title, table in tables.items():
        st.markdown(f"**{title}**")
        st.dataframe(table)
    st.caption(say("report.transfer.meaning"))


def tabulate_transfers(reports: Iterable[StoredReport]) -> dict[str, pd.DataFrame]:
    """Makes one table an attack; an attack that was not transferred has none.

    Args:
        reports: Reports on the same files.
    """
    cells: dict[str, dict[tuple[str, str], str]] = {}
    titles: dict[str, str] = {}
    for values, figures in reports:
        stated = values["threat_model"]
        if stated is None:
            continue
        direct = _strip_transfer(stated)
        attack = Question.of(direct).text
        pair = (stated.get("source", values["model"]), values["model"])
        cells.setdefault(attack, {})[pair] = _write_fooled(figures)
        titles[attack] = attack_setup.describe_stored_attack({"threat_model": direct})
    return {
        titles[attack]: _tabulate(cells[attack])
        for attack in sorted(cells, key=titles.__getitem__)
        if any(source != target for source, target in cells[attack])
    }


def _strip_transfer(stated: Mapping[str, Any]) -> dict[str, Any]:
    """Removes the transfer from a threat model, so that equal attacks compare equal."""
    rest = {key: value for key, value in stated.items() if key not in _TRANSFER_KEYS}
    return rest | {"attack": stated.get("made_with", stated["attack"])}


def _write_fooled(figures: Iterable[Figure]) -> str:
    return next((percent(it.value) for it in figures if it.name == FOOLED), _NOTHING)


def _tabulate(pairs: Mapping[tuple[str, str], str]) -> pd.DataFrame:
    names = models.sort_names({name for pair in pairs for name in pair})
    rows = {
        say("report.transfer.source", model=models.name(source)): {
            say("report.transfer.target", model=models.name(target)): pairs.get(
                (source, target), _NOTHING
            )
            for target in names
        }
        for source in names
    }
    return pd.DataFrame.from_dict(rows, orient="index")
