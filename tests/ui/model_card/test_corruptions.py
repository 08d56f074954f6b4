"""The table of dangers on a card, and the price in light that a hardened twin pays."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from facemask_core import corruptions
from facemask_core.labels import WITHOUT_MASK
from facemask_core.models import checkpoints
from facemask_core.models.checkpoints import Card
from facemask_ui.base.palette import LIGHT
from facemask_ui.model_card import corruptions as section


def card(share: float, **more: Any) -> Card:
    """A shipped card with made-up figures: a share that falls by a tenth with each severity."""
    cells = [
        {
            "corruption": name,
            "severity": severity,
            "value": corruptions.make(name).describe(severity),
            "images": 30 if corruptions.get(name).label == WITHOUT_MASK else 60,
            "accuracy": share,
            "balanced_accuracy": share - severity / 10,
            "interval": {"low": 0.1, "high": 0.987},
        }
        for name in corruptions.names()
        for severity in (1, 3)
    ]
    table = {
        "data_sha256": "0" * 64,
        "images": 60,
        "clean_balanced_accuracy": 0.99,
        "mean_balanced_accuracy": 0.9,
        "cells": cells,
    }
    shipped = checkpoints.read_card(checkpoints.locate("mobilenetv3"))
    return replace(shipped, corruptions=table | more)


def test_the_chart_has_a_cell_for_each_corruption_and_severity() -> None:
    cells = section.list_cells(card(1.0))
    chart = section.make_chart(cells, LIGHT)
    heat = chart.data[0]
    written = {(note.x, note.y): note.text for note in chart.layout.annotations}
    assert written == {
        (column, row): text
        for row in range(len(corruptions.names()))
        for column, text in enumerate(("90", "70"))
    }
    assert list(heat.x) == ["1", "3"]
    assert list(heat.y) == [corruptions.get(name).title for name in corruptions.names()]
    assert [list(row) for row in heat.z] == [[0.9, 0.7]] * len(corruptions.names())
    assert "Darkness 90, 70" in section.describe_chart(cells)
    table = section.tabulate_cells(cells)
    assert len(table) == 2 * len(corruptions.names())
    first = table.iloc[0].to_dict()
    assert first["corruption"] == "Noise"
    assert first["value"] == "0.02"
    assert first["balanced accuracy"] == "90.0 %"
    assert first["95 % interval"] == "10.0 to 98.7 %"


def test_what_a_card_says_of_unknown_dangers_is_left_out_and_no_markup() -> None:
    own = card(1.0)
    assert own.corruptions is not None
    own.corruptions["cells"][0]["corruption"] = "rain"
    own.corruptions["cells"][1]["value"] = "<b>x</b>"
    cells = section.list_cells(own)
    assert "rain" not in {cell["corruption"] for cell in cells}
    heat = section.make_chart(cells, LIGHT).data[0]
    assert "<b>" not in str(heat.customdata)


@pytest.mark.parametrize(
    ("twin", "words"),
    [
        (0.95, "the model it comes from on 80.0 %: being harder to fool costs it 5.0 points"),
        (1.0, "hardening costs nothing there"),
        (1.05, "hardening costs nothing there"),
    ],
)
def test_the_price_in_light_is_the_difference_of_both_cards(twin: float, words: str) -> None:
    assert words in (section.write_price(card(1.0), card(twin)) or "")


def test_what_was_measured_otherwise_has_no_price() -> None:
    plain = card(1.0)
    assert section.write_price(plain, replace(plain, corruptions=None)) is None
    assert section.write_price(plain, card(0.9, data_sha256="1" * 64)) is None
    assert section.write_price(plain, card(0.9, seed=5)) is None
