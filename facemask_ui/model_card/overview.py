"""All models in one table: what each can do, what it withstands, how large and fast it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from facemask_core.data import groupings
from facemask_core.epsilons import LEVELS, LINF
from facemask_core.errors import DatasetError
from facemask_core.models import published
from facemask_core.models.checkpoints import Card
from facemask_core.text import on_one_line
from facemask_ui.base import reveal, settings
from facemask_ui.base.figure_table import Cell, Row, draw_table
from facemask_ui.base.grouping_words import name_grouping, name_photographs
from facemask_ui.choices import models
from facemask_ui.language import number, percent, say

CARD = "model-card"
"""The key of the container with the card, which a choice brings into the window."""
_ATTACK = "pgd"
_LEVELS = (2, 4, 8)
_CLEAN, _REAL, _DANGERS = "clean", "real", "dangers"
_SIZE, _TIME, _CALIBRATION = "size", "time", "calibration"
_PROCESSOR = "CPU"
_DEVICE = re.compile(r"(CPU|GPU) (.*)")
_CORES = re.compile(r"\((\d+) cores?\)")


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


def show_overview(chosen: str) -> None:
    """Shows the table of all models that visitors can choose.

    Args:
        chosen: The model whose card is open.
    """
    figures = {name: measure_model(name) for name in models.list_choices()}
    heads = list(next(iter(figures.values())))
    heads.remove(_CALIBRATION)
    rows = [
        Row(
            title=models.title(name),
            cells=[_make_cell(own[head], _is_best(head, name, figures)) for head in heads],
            key=name,
            name=say("models.overview.open", model=models.title(name)),
            pressed=name == chosen,
        )
        for name, own in figures.items()
    ]
    draw_table(
        [say("models.overview.model"), *map(name_figure, heads)],
        rows,
        key="models-overview",
        label=say("models.overview.label"),
        caption=say("models.overview.caption", grouping=name_grouping(groupings.SECOND)),
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
    options = ["", *(other for other in models.list_choices() if other != name)]
    if len(options) == 1:
        return ""
    nothing = say("models.overview.no_other")
    choice = st.selectbox(
        say("models.overview.beside"),
        options,
        format_func=lambda other: models.title(other) if other else nothing,
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
        [say("models.overview.figure"), *map(models.title, pair)],
        [
            Row(
                title=name_figure(head),
                cells=[
                    _make_cell(own[head], _is_best(head, each, pair)) for each, own in pair.items()
                ],
            )
            for head in pair[name]
        ],
        key="models-beside",
        label=say("models.overview.beside_label"),
    )


def measure_model(name: str) -> dict[str, Measured]:
    """Reads a model's figures from its card and the shipped result files.

    Args:
        name: The model.

    Returns:
        The figures by their codes; what is not there says that it was not measured.

    Raises:
        CheckpointError: The card cannot be read.
    """
    card = models.read_card(name)
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
        **{LINF.write(level): _measure_attack(reports.get(level)) for level in _LEVELS},
        _CALIBRATION: _measure_nothing()
        if error is None
        else Measured(-error, percent(error), conditions=data),
        _SIZE: _measure_size(name),
        _TIME: _measure_time(test.get("speed") or {}),
    }


def name_figure(code: str) -> str:
    """Names a figure of :func:`measure_model`, for a table's head."""
    if code in map(LINF.write, _LEVELS):
        return say("models.overview.attacked", epsilon=code)
    return say(f"models.overview.{code}")


def _measure_nothing() -> Measured:
    return Measured(None, "–", say("models.overview.unmeasured"))


def _read_reports(card: Card) -> list[dict[str, Any]]:
    """Reads the result files on a model; where one is damaged its card says so, and none counts."""
    try:
        return published.read_reports(card.weights_sha256)
    except DatasetError:
        return []


def _measure_share(share: float | None, data: str) -> Measured:
    if share is None:
        return _measure_nothing()
    return Measured(share, percent(share), _name_data(data), 1.0 - share, data)


def _name_data(data: str) -> str:
    """Names the photographs, unless they are those that the caption names."""
    grouping = groupings.find_grouping(data)
    return "" if grouping is groupings.SECOND else name_photographs(data or None)


def _measure_dangers(card: Card) -> Measured:
    table = card.corruptions or {}
    return _measure_share(table.get("mean_balanced_accuracy"), str(table.get("data_sha256", "")))


def _measure_attack(report: Mapping[str, object] | None) -> Measured:
    """Reads the balanced robust accuracy with real masks alone, or else the plain one."""
    if report is None:
        return _measure_nothing()
    counting = report.get("without_drawn") or {}
    balanced = counting.get("balanced_robust_accuracy") if isinstance(counting, dict) else None
    share = report["robust_accuracy"] if balanced is None else balanced
    measured = _measure_share(float(str(share)), str(report["data_sha256"]))
    if balanced is not None:
        return measured
    note = (
        say("models.overview.unbalanced_others", photographs=measured.note)
        if measured.note
        else say("models.overview.unbalanced")
    )
    return replace(measured, note=note, conditions=f"{measured.conditions} plain")


def _measure_size(name: str) -> Measured:
    megabytes = models.measure_megabytes(name)
    if not megabytes:
        return _measure_nothing()
    return Measured(-megabytes, say("models.overview.megabytes", number=number(megabytes, 1)))


def _measure_time(speed: Mapping[str, object]) -> Measured:
    """Reads the time on a processor; one on another device is a note, not to be compared."""
    milliseconds = speed.get("forward_ms_per_image")
    if milliseconds is None:
        return _measure_nothing()
    value, (kind, rest) = float(str(milliseconds)), split_device(speed)
    text = say("models.overview.milliseconds", number=number(value, 1))
    if kind != _PROCESSOR:
        device = f"{kind} {rest}".strip()
        return Measured(None, "–", say("models.overview.on_device", time=text, device=device))
    return Measured(-value, text, rest, conditions=rest)


def split_device(speed: Mapping[str, object]) -> tuple[str, str]:
    """Splits the device of a card's speed into its kind and the rest, such as ``GPU`` and its name.

    Args:
        speed: What the card says of the speed.

    Returns:
        CPU or GPU, empty for another device; and the rest in words.
    """
    device = on_one_line(str(speed.get("device", "")).partition(" · ")[0])
    known = _DEVICE.fullmatch(device)
    if known is None:
        return "", device
    kind, rest = known.groups()
    cores = _CORES.fullmatch(rest)
    return kind, say("models.overview.cores", count=int(cores[1])) if cores else rest


def _is_best(head: str, name: str, figures: Mapping[str, Mapping[str, Measured]]) -> bool:
    """Whether a model has the best of its column's figures, if those can be compared at all."""
    column = {other: own[head] for other, own in figures.items() if own[head].value is not None}
    if name not in column or len(column) < 2 or len({it.conditions for it in column.values()}) > 1:
        return False
    return column[name].value == max(float(it.value or 0.0) for it in column.values())


def _make_cell(figure: Measured, is_best: bool) -> Cell:
    return Cell(text=figure.text, note=figure.note, wrong=figure.wrong or 0.0, best=is_best)
