"""The paper's figures are held once, and agree with each other where the paper's do."""

from __future__ import annotations

import numpy as np
import pytest

from facemask_core.labels import LABELS
from facemask_core.models import checkpoints
from facemask_core.paper import experiments, printed
from facemask_core.paper.second_softmax import LARGEST

PAPER = printed.read()


def test_the_tables_are_of_the_papers_models_in_its_order() -> None:
    assert tuple(table.model for table in PAPER.tables) == experiments.MODELS
    assert set(experiments.MODELS) <= set(checkpoints.available())
    assert [table.number for table in PAPER.tables] == [3, 4, 5]


def test_the_classes_make_up_the_whole() -> None:
    assert PAPER.data.masked + PAPER.data.unmasked == PAPER.data.images


@pytest.mark.parametrize(
    ("attack", "number", "accuracy", "rows"),
    [
        ("none", 9, 1.00, [(1.00, 1.00, 1.00), (1.00, 1.00, 1.00)]),
        ("fgsm", 12, 0.57, [(0.57, 0.59, 0.58), (0.57, 0.55, 0.56)]),
    ],
)
def test_the_printed_reports_follow_from_the_printed_matrices(
    attack: str, number: int, accuracy: float, rows: list[tuple[float, float, float]]
) -> None:
    figure = PAPER.figure(attack)
    assert figure.number == number
    assert round(figure.accuracy, 2) == accuracy
    for name, expected in zip(LABELS, rows, strict=True):
        found = figure.report[name]
        assert (
            tuple(round(found[key], 2) for key in ("precision", "recall", "f1-score")) == expected
        )


def test_a_report_counts_what_the_matrix_counts() -> None:
    report = printed.make_report(np.array([[3, 1], [2, 4]]))
    assert report["accuracy"] == pytest.approx(0.7)
    assert [report[name]["support"] for name in LABELS] == [4, 6]
    assert report["with_mask"]["precision"] == pytest.approx(0.8)


def test_every_confidence_before_an_attack_lies_below_what_a_second_softmax_allows() -> None:
    assert all(LARGEST - 0.006 < example.before < LARGEST for example in PAPER.examples)


def test_the_paper_is_attacked_at_the_first_of_our_readings() -> None:
    assert PAPER.epsilon == experiments.EPSILON == 2 * experiments.EPSILONS[1]


def test_quotes_and_other_work_are_as_the_paper_has_them() -> None:
    assert [len(row) for row in PAPER.composition.rows] == [3] * 13
    assert {"defence", "minimises", "update", "fooled", "conclusion", "size"} <= set(PAPER.quotes)
    assert [(it.fgsm, it.pgd) for it in PAPER.other_work.rows] == [(0.1483, 0.0), (0.1553, 0.0)]
