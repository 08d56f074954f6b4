"""The transfer matrix read from finished reports."""

from __future__ import annotations

from typing import Any

import pytest

from facemask_ui.reports import transfer_table
from facemask_ui.reports.headline_figures import FOOLED, Figure

PGD = {"attack": "pgd", "epsilon": 4 / 255, "norm": "linf", "steps": 20, "knowledge": "white box"}


def make_report(model: str, success: float | None, **stated: Any) -> transfer_table.StoredReport:
    figures = [] if success is None else [Figure(FOOLED, success, None)]
    return {"model": model, "threat_model": PGD | stated}, figures


def make_transfer(
    model: str, source: str, success: float, **stated: Any
) -> transfer_table.StoredReport:
    own = {"attack": "transfer", "made_with": "pgd", "source": source, "knowledge": "another model"}
    more = {"source_sha256": "a", "source_precision": "exact"}
    return make_report(model, success, **own, **more, **stated)


def test_rows_are_the_sources_and_columns_the_targets() -> None:
    tables = transfer_table.tabulate_transfers(
        [
            make_report("vgg19", 0.75),
            make_transfer("vgg19", "mobilenetv3", 0.25),
            make_transfer("mobilenetv3", "vgg19", 0.125),
            ({"model": "vgg19", "threat_model": None}, []),
        ]
    )
    assert list(tables) == ["PGD 4/255, 20 steps"]
    table = tables["PGD 4/255, 20 steps"]
    assert table.loc["made on VGG19", "shown to VGG19"] == "75.0 %"
    assert table.loc["made on MobileNetV3-Small", "shown to VGG19"] == "25.0 %"
    assert table.loc["made on VGG19", "shown to MobileNetV3-Small"] == "12.5 %"
    assert table.loc["made on MobileNetV3-Small", "shown to MobileNetV3-Small"] == "–"


@pytest.mark.parametrize("other", [{"steps": 40}, {"epsilon": 8 / 255}, {"target": 1}])
def test_attacks_that_differ_are_not_mixed(other: dict[str, Any]) -> None:
    tables = transfer_table.tabulate_transfers(
        [make_report("vgg19", 0.5, **other), make_transfer("vgg19", "mobilenetv3", 0.25)]
    )
    (table,) = tables.values()
    assert table.loc["made on VGG19", "shown to VGG19"] == "–"


def test_an_attack_that_was_not_transferred_has_no_table() -> None:
    assert (
        transfer_table.tabulate_transfers(
            [make_report("vgg19", 0.5), make_report("mobilenetv3", 0.5)]
        )
        == {}
    )


def test_where_nothing_was_right_there_is_no_rate() -> None:
    (table,) = transfer_table.tabulate_transfers(
        [make_report("vgg19", None), make_transfer("vgg19", "vgg19-robust", 0.0)]
    ).values()
    assert table.loc["made on VGG19", "shown to VGG19"] == "–"
