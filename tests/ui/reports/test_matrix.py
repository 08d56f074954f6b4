"""The matrix of models and attacks, made of lines without a page or a store."""

from __future__ import annotations

from typing import Any

import pytest

from facemask_core.attacks import make
from facemask_core.epsilons import LEVELS
from facemask_core.runs import State
from facemask_core.runs.question import Question
from facemask_core.runs.store import StoredRun
from facemask_ui.choices import models
from facemask_ui.reports import matrix, stored
from facemask_ui.reports.line import Line
from facemask_ui.reports.stored import Summary


def make_line(
    model: str, attack: str | None, levels: float = 4, data: str = "a", **how: Any
) -> Line:
    stated = None if attack is None else make(attack, **how).threat_model(levels / LEVELS)
    values = {
        "model": model,
        "model_sha256": model,
        "threat_model": stated,
        "data_sha256": data,
        "order_sha256": data,
        "preparation": "whole",
        "files": 8,
    }
    return Line(None, StoredRun(Question.of(values), "2026-01-01T00:00", 8, State.COMPLETE))


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the table is given."""
    given: dict[str, Any] = {}

    def draw(heads: list[str], rows: list[Any], **more: Any) -> None:
        given.update(more, heads=heads, rows=rows)

    monkeypatch.setattr(matrix, "draw_table", draw)
    monkeypatch.setattr(stored, "read_summary", lambda line: Summary([], 8, len(line.model) % 8))
    return given


def test_rows_are_models_and_columns_attacks_in_one_order(drawn: dict[str, Any]) -> None:
    names = models.shipped()[:2]
    lines = [
        make_line(names[1], "pgd", steps=4),
        make_line(names[1], "fgsm", 16),
        make_line(names[0], "fgsm", 2),
        make_line(names[0], None),
        make_line(names[0], None, data="another dataset"),
        make_line(names[0], "cw", 510),
    ]
    matrix.show_matrix(lines, lines[0])
    heads = ["Model", "Clean", "FGSM 2/255", "FGSM 16/255", "PGD 4/255, 4 steps"]
    assert drawn["heads"] == [*heads, "Carlini-Wagner L2 2, 100 steps"]
    assert [row.title for row in drawn["rows"]] == [models.name(name) for name in names]
    first, second = drawn["rows"]
    assert [bool(cell.key) for cell in first.cells] == [True, True, False, False, True]
    assert [bool(cell.key) for cell in second.cells] == [False, False, True, True, False]
    assert [cell.pressed for cell in second.cells] == [False, False, False, True, False]
    buttons = [cell.name for row in drawn["rows"] for cell in row.cells if cell.key]
    assert len(set(buttons)) == 5, "each says what it opens"
    assert first.cells[0].wrong == 1 - len(names[0]) % 8 / 8


def test_settings_that_differ_are_columns_of_their_own(drawn: dict[str, Any]) -> None:
    settings = ({}, {"restarts": 2}, {"loss": "cross-entropy"}, {"target": 1}, {"step_size": 0.02})
    lines = [make_line(models.shipped()[0], "pgd", **how) for how in settings]
    matrix.show_matrix(lines, lines[0])
    assert len(drawn["heads"]) == 6


def test_one_report_needs_no_matrix(drawn: dict[str, Any]) -> None:
    line = make_line(models.shipped()[0], None)
    matrix.show_matrix([line], line)
    matrix.show_matrix([], None)
    assert drawn == {}
