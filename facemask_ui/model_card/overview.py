"""All models in one table: what each can do, what it withstands, how large and fast it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from facemask_core.data import groupings
from facemask_core.epsilons import LEVELS, LINF
from facemask_core.errors import DatasetError
from facemask_core.models import checkpoints, published
from facemask_core.models.checkpoints import Card
from facemask_core.text import on_one_line
from facemask_ui.base import reveal, settings
from facemask_ui.base.figure_table import Cell, Row, draw_table
from facemask_ui.choices import models
from facemask_ui.language import percent

NOT_MEASURED = "not measured"
CARD = "model-card"
"""The key of the container with the card, which a choice brings into the window."""
_ATTACK = "pgd"
_LEVELS = (2, 4, 8)
_CLEAN, _REAL, _DANGERS = "Clean, balanced", "Real masks", "Corruptions, mean"
_SIZE, _TIME, _CALIBRATION = "Size", "Time an image", "Calibration error"
_CAPTION = (
    f"Balanced accuracy on the test photographs of {groupings.SECOND.phrase}, unless a cell names "
    "others: as they are, with real masks alone, changed as no "
    "attacker would (mean of ten corruptions), and after PGD, where an image that was wrong before "
    "counts as wrong. The stronger the colour, the more answers are wrong; a star marks the best "
    "of figures on the same photographs. A model's name opens its card."
)


@dataclass(frozen=True)
class Measured:
    """One figure of one model.

    Attributes:
        value: The figure, of which the larger is the better; None if it was not measured.
        text: As it is written.
        note: A few words below it.
        wrong: The share of wrong answers it stands for; None where it is no share.
        conditions: What has to be equal for two such figures to be compared.
    """

    value: float | None
    text: str
    note: str = ""
    wrong: float | None = None
    conditions: str = ""


_NOTHING = Measured(None, "–", NOT_MEASURED)


def show_overview(chosen: str) -> None:
    """Shows the table of all models that visitors can choose.

    Args:
        chosen: The model whose card is open.
    """
    figures = {name: measure_model(name) for name in models.shipped()}
    heads = list(next(iter(figures.values())))
    heads.remove(_CALIBRATION)
    rows = [
        Row(
            title=models.title(name),
            cells=[_make_cell(own[head], _is_best(head, name, figures)) for head in heads],
            key=name,
            name=f"Open the card of {models.title(name)}",
            pressed=name == chosen,
        )
        for name, own in figures.items()
    ]
    draw_table(
        ["Model", *heads],
        rows,
        key="models-overview",
        label="All models and their figures",
        caption=_CAPTION,
        on_choice=_open_card,
    )


def _open_card(name: str) -> None:
    settings.remember("model", name, models.shipped()[0])
    st.session_state["model"] = name
    reveal.request()


def choose_second(name: str) -> str:
    """Shows the choice of a second model, and returns its name; empty for none.

    Args:
        name: The first model.
    """
    options = ["", *(other for other in models.shipped() if other != name)]
    if len(options) == 1:
        return ""
    choice = st.selectbox(
        "Beside it",
        options,
        format_func=lambda other: models.title(other) if other else "No other model",
        **settings.bind("beside_model", "", settings.one_of(options)),
    )
    return str(choice)


def show_comparison(name: str, second: str) -> None:
    """Shows the figures of two models side by side.

    Args:
        name: The first model.
        second: The other one.
    """
    pair = {each: measure_model(each) for each in (name, second)}
    draw_table(
        ["Figure", *map(models.title, pair)],
        [
            Row(
                title=head,
                cells=[
                    _make_cell(own[head], _is_best(head, each, pair)) for each, own in pair.items()
                ],
            )
            for head in pair[name]
        ],
        key="models-beside",
        label="Two models side by side",
    )


def measure_model(name: str) -> dict[str, Measured]:
    """Reads a model's figures from its card and the shipped result files.

    Args:
        name: The model.

    Returns:
        The figures by their heads; what is not there says that it was not measured.

    Raises:
        CheckpointError: The card cannot be read.
    """
    card = checkpoints.read_card(checkpoints.locate(name))
    test = card.metrics.get("test", {})
    data = str(test.get("data_sha256", ""))
    reports = {
        round(LEVELS * report["threat_model"]["epsilon"]): report
        for report in _read_reports(card)
        if report["threat_model"]["attack"] == _ATTACK
    }
    error = (test.get("calibration") or {}).get("expected_calibration_error")
    return {
        _CLEAN: _measure_share(test.get("balanced_accuracy"), data),
        _REAL: _measure_share((test.get("without_drawn") or {}).get("balanced_accuracy"), data),
        _DANGERS: _measure_dangers(card),
        **{f"PGD {LINF.write(level)}": _measure_attack(reports.get(level)) for level in _LEVELS},
        _CALIBRATION: _NOTHING
        if error is None
        else Measured(-error, percent(error), conditions=data),
        _SIZE: _measure_size(name),
        _TIME: _measure_time(test.get("speed") or {}),
    }


def _read_reports(card: Card) -> list[dict[str, Any]]:
    """Reads the result files on a model; where one is damaged its card says so, and none counts."""
    try:
        return published.read_reports(card.weights_sha256)
    except DatasetError:
        return []


def _measure_share(share: float | None, data: str) -> Measured:
    if share is None:
        return _NOTHING
    return Measured(share, percent(share), _name_data(data), 1.0 - share, data)


def _name_data(data: str) -> str:
    """Names the photographs, unless they are those that the caption names."""
    grouping = groupings.find_grouping(data)
    return "" if grouping is groupings.SECOND else groupings.name_photographs(data or None)


def _measure_dangers(card: Card) -> Measured:
    table = card.corruptions or {}
    return _measure_share(table.get("mean_balanced_accuracy"), str(table.get("data_sha256", "")))


def _measure_attack(report: Mapping[str, object] | None) -> Measured:
    """Reads the balanced robust accuracy with real masks alone, or else the plain one."""
    if report is None:
        return _NOTHING
    counting = report.get("without_drawn") or {}
    balanced = counting.get("balanced_robust_accuracy") if isinstance(counting, dict) else None
    share = report["robust_accuracy"] if balanced is None else balanced
    measured = _measure_share(float(str(share)), str(report["data_sha256"]))
    if balanced is not None:
        return measured
    note = f"{measured.note}, not balanced" if measured.note else "not balanced"
    return replace(measured, note=note, conditions=f"{measured.conditions} plain")


def _measure_size(name: str) -> Measured:
    megabytes = models.measure_megabytes(name)
    return Measured(-megabytes, f"{megabytes:.1f} MB") if megabytes else _NOTHING


def _measure_time(speed: Mapping[str, object]) -> Measured:
    milliseconds = speed.get("forward_ms_per_image")
    if milliseconds is None:
        return _NOTHING
    device = str(speed.get("device", "")).partition(" · ")[0]
    number = float(str(milliseconds))
    return Measured(-number, f"{number:.1f} ms", on_one_line(device), conditions=device)


def _is_best(head: str, name: str, figures: Mapping[str, Mapping[str, Measured]]) -> bool:
    """Whether a model has the best of its column's figures, if those can be compared at all."""
    column = {other: own[head] for other, own in figures.items() if own[head].value is not None}
    if name not in column or len(column) < 2 or len({it.conditions for it in column.values()}) > 1:
        return False
    return column[name].value == max(float(it.value or 0.0) for it in column.values())


def _make_cell(figure: Measured, is_best: bool) -> Cell:
    return Cell(text=figure.text, note=figure.note, wrong=figure.wrong or 0.0, best=is_best)
