"""The table of all models shows figures of cards and result files, and says what is missing."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from facemask_core.data import groupings
from facemask_core.models import checkpoints, published
from facemask_ui.base.palette import LIGHT
from facemask_ui.choices import models
from facemask_ui.language import percent
from facemask_ui.model_card import overview, robustness
from facemask_ui.model_card.overview import Measured

NOT_MEASURED = "not measured"


@pytest.mark.parametrize("name", checkpoints.available())
def test_figures_are_those_of_the_card_and_the_result_files(name: str) -> None:
    card = checkpoints.read_card(checkpoints.locate(name))
    figures, test = overview.measure_model(name), card.metrics["test"]
    assert figures["clean"].text == percent(test["balanced_accuracy"])
    assert figures["clean"].wrong == 1 - test["balanced_accuracy"]
    table = card.corruptions
    dangers = figures["dangers"]
    assert dangers.text == ("–" if table is None else percent(table["mean_balanced_accuracy"]))
    assert (dangers.note == NOT_MEASURED) is (table is None)
    reports = published.read_reports(card.weights_sha256)
    attacked = {
        f"{round(255 * it['threat_model']['epsilon'])}/255": it
        for it in reports
        if it["threat_model"]["attack"] == "pgd"
    }
    for head in ("2/255", "4/255", "8/255"):
        report = attacked.get(head)
        if report is None:
            assert figures[head].note == NOT_MEASURED
        elif report.get("without_drawn"):
            share = report["without_drawn"]["balanced_robust_accuracy"]
            assert figures[head].text == percent(share)
        else:
            assert figures[head].text == percent(report["robust_accuracy"])
            assert "not balanced" in figures[head].note
    assert figures["size"].text == f"{models.measure_megabytes(name):.1f} MB"
    time = figures["time"]
    if test["speed"]["device"].startswith("CPU"):
        assert re.fullmatch(r"[\d.]+ ms, \d+ cores?", f"{time.text}, {time.note}")
    else:
        assert time.value is None, "another device's time is not to be compared"
        assert re.fullmatch(r"–, [\d.]+ ms on GPU NVIDIA .+", f"{time.text}, {time.note}")


def test_the_figures_have_names() -> None:
    names = [overview.name_figure(code) for code in overview.measure_model("mobilenetv3")]
    assert names == [
        "Clean, balanced", "Real masks", "Dangers, mean", "PGD 2/255", "PGD 4/255",
        "PGD 8/255", "Calibration error", "Size", "Time an image, on CPU",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("device", "parts"),
    [
        ("CPU (1 core) · Keras", ("CPU", "1 core")),
        ("GPU NVIDIA H200 · Keras", ("GPU", "NVIDIA H200")),
        ("TPU v4", ("", "TPU v4")),
    ],
)
def test_a_device_is_split_into_its_kind_and_the_rest(device: str, parts: tuple[str, str]) -> None:
    assert overview.split_device({"device": device}) == parts


def test_figures_of_other_photographs_say_so() -> None:
    usual, other = (it.splits["test"] for it in (groupings.SECOND, groupings.FIRST))
    assert overview._measure_share(0.5, usual).note == ""
    assert overview._measure_share(0.5, other).note == "first grouping"
    assert overview._measure_share(None, usual).note == NOT_MEASURED


def test_a_star_stands_only_among_figures_that_can_be_compared() -> None:
    best, worse = Measured(0.9, "90 %", conditions="a"), Measured(0.8, "80 %", conditions="a")
    missing = overview._measure_nothing()

    def stars(*column: Measured) -> list[bool]:
        figures = {str(number): {"head": one} for number, one in enumerate(column)}
        return [overview._is_best("head", name, figures) for name in figures]

    assert stars(best, worse, missing) == [True, False, False]
    assert stars(best, replace(worse, conditions="other photographs")) == [False, False]
    assert stars(best, missing) == [False, False]


@pytest.mark.parametrize("name", checkpoints.available())
def test_the_chart_holds_every_published_figure(name: str) -> None:
    reports = published.read_reports(models.sha256(name))
    figure = robustness.make_chart(reports, LIGHT)
    # A curve begins at the clean accuracy; an attack at one epsilon is a point.
    drawn = sorted(share for line in figure.data for share in line.y[1:] or line.y)
    assert drawn == sorted(report["robust_accuracy"] for report in reports)
    for report in reports:
        assert percent(report["robust_accuracy"]) in robustness.describe_chart(reports)
