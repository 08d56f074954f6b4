"""The Report page lists evaluations and searches, and nothing else that the store holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from facemask_core import runs
from facemask_core.data.datasets import Sample
from facemask_core.runs.rows import CorruptionRows, Rows
from facemask_ui.reports import stored


@pytest.mark.parametrize(("more", "listed"), [({}, 1), ({"corruptions": []}, 0)])
def test_a_table_of_corruptions_is_no_report(home: Path, more: dict[str, Any], listed: int) -> None:
    question = runs.Question.of({"files": 1, "threat_model": None, **more})
    clean, label = np.zeros((1, 2), np.float32), np.zeros(1, np.int64)
    table = CorruptionRows(np.zeros((1, 3, 2), np.float32)) if more else None
    rows = Rows(("a.png",), label, clean, (), (), 0.0, corrupted=table)
    with runs.Store(home) as store, store.claim(question) as run:
        run.append([Sample("a.png", 0)], rows)
    assert len(stored.list_runs()) == listed
