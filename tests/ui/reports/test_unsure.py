"""Unsure answers are counted alike on the screen, on paper and in files."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import numpy as np

from facemask_core import attacks
from facemask_core.evaluation.predictions import Predictions
from facemask_core.evaluation.report import Evaluation
from facemask_core.runs.timing import Speed
from facemask_ui.base import parts
from facemask_ui.choices import models
from facemask_ui.reports import headline_figures, printed, side_by_side, view

LABELS = np.array([0, 0, 1, 1])
LOGITS = np.array([[3.0, 0.0], [0.2, 0.0], [0.0, 0.1], [0.3, 0.0]], np.float32)
"""The model is sure of the first alone, and wrong about the last."""


def _report(unsure_below: float | None) -> Evaluation:
    return Evaluation(
        model=models.shipped()[0],
        model_sha256="c0ffee" * 10,
        data_sha256="decade" * 10,
        threat_model=attacks.make("fgsm").threat_model(4 / 255, 0),
        paths=("a", "b", "c", "d"),
        skipped=(),
        clean=Predictions(LABELS, LOGITS, unsure_below),
        adversarial=Predictions(LABELS, 10 * LOGITS, unsure_below),
        linf=np.zeros(4),
        l2=np.zeros(4),
        dead_gradients=0,
        seconds=1.0,
        speed=Speed(1.0, 2.0, "a device", 32, first_batch_included=False),
    )


def _rows(report: Evaluation) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(view.write_rows(report))))


def test_page_paper_and_files_agree() -> None:
    report = _report(0.6)
    assert [row["clean_unsure"] for row in _rows(report)] == ["no", "yes", "yes", "yes"]
    assert {row["adversarial_unsure"] for row in _rows(report)} == {"no"}
    assert report.as_dict()["clean"]["unsure"] == 3
    figures = {it.label: it for it in headline_figures.list_figures(report)}
    assert (figures["Unsure"].value, figures["Unsure, attacked"].value) == (0.75, 0.0)
    assert figures["Unsure"].interval is not None
    table = parts.tabulate_parts(report.parts)
    assert table["unsure"].tolist() == [1, 2]
    assert table["unsure, attacked"].tolist() == [0, 0]
    page = printed.write_page(report)
    assert "Unsure, attacked" in page
    assert "confidence below 60.0 %" in page


def test_a_report_from_before_opens_and_stands_beside_a_new_one() -> None:
    old, new = _report(None), _report(0.6)
    assert not {key for key in _rows(old)[0] if "unsure" in key}
    assert "nsure" not in printed.write_page(old)
    table = side_by_side.tabulate_figures(old, replace(new, model="another"))
    (row,) = table[table[""] == "Unsure"].to_numpy().tolist()
    assert row[1] == "–"
    assert row[2].startswith("75.0 %")
