"""The transfer matrix read from finished reports."""

from __future__ import annotations

from typing import Any

import pytest

from facemask_ui.reports import transfer_table
from facemask_ui.reports.headline_figures import Figure

PGD = {"attack": "pgd", "epsilon": 4 / 255, "norm": "linf", "steps": 20, "knowledge": "white box"}


def told(model: str, success: float | None, **stated: Any) -> transfer_table.Told:
    figures = [] if success is None else [Figure("Success rate", success, None)]
    return {"model": model, "threat_model": PGD | stated}, figures


def travelled(model: str, source: str, success: float, **stated: Any) -> transfer_table.Told:
    own = {"attack": "transfer", "made_with": "pgd", "source": source, "knowledge": "another model"}
    more = {"source_sha256": "a", "source_precision": "exact"}
    return told(model, success, **own, **more, **stated)


def test_rows_are_where_it_was_made_and_columns_where_it_was_shown() -> None:
    found = transfer_table.tables(
        [
            told("vgg19", 0.75),
            travelled("vgg19", "mobilenetv3", 0.25),
            travelled("mobilenetv3", "vgg19", 0.125),
            ({"model": "vgg19", "threat_model": None}, []),
        ]
    )
    assert list(found) == ["PGD 4/255, 20 steps"]
    table = found["PGD 4/255, 20 steps"]
    assert table.loc["made on VGG19", "shown to VGG19"] == "75.0 %"
    assert table.loc["made on MobileNetV3-Small", "shown to VGG19"] == "25.0 %"
    assert table.loc["made on VGG19", "shown to MobileNetV3-Small"] == "12.5 %"
    assert table.loc["made on MobileNetV3-Small", "shown to MobileNetV3-Small"] == "–"


@pytest.mark.parametrize("other", [{"steps": 40}, {"epsilon": 8 / 255}, {"target": 1}])
def test_attacks_that_differ_are_not_mixed(other: dict[str, Any]) -> None:
    found = transfer_table.tables(
        [told("vgg19", 0.5, **other), travelled("vgg19", "mobilenetv3", 0.25)]
    )
    (table,) = found.values()
    assert table.loc["made on VGG19", "shown to VGG19"] == "–"


def test_an_attack_that_stayed_at_home_has_no_table() -> None:
    assert transfer_table.tables([told("vgg19", 0.5), told("mobilenetv3", 0.5)]) == {}


def test_where_nothing_was_right_there_is_no_rate() -> None:
    (table,) = transfer_table.tables(
        [told("vgg19", None), travelled("vgg19", "vgg19-robust", 0.0)]
    ).values()
    assert table.loc["made on VGG19", "shown to VGG19"] == "–"
