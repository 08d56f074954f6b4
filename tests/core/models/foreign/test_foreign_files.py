"""Two of the twenty files of ``benchmarks/foreign_files`` are read as their makers meant them."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.foreign_files.__main__ import measure, prepare_folder
from benchmarks.foreign_files.cases import CASES


@pytest.mark.slow
@pytest.mark.parametrize(("name", "questions"), [("one-score.h5", 0), ("three.keras", 1)])
def test_a_file_of_another_maker_is_used_rightly(name: str, questions: int, tmp_path: Path) -> None:
    prepare_folder(tmp_path, [name])
    (case,) = (it for it in CASES if it.name == name)
    found = measure(case, tmp_path)
    assert found["right"]
    assert found["questions"] <= questions
    assert found["largest_difference"] < 1e-4
