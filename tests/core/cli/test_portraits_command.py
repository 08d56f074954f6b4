"""The ``portraits`` command writes a dataset or says why not."""

from __future__ import annotations

from pathlib import Path

from command_line import Lab


def test_the_command_says_what_they_are_good_for(lab: Lab, tmp_path: Path) -> None:
    answer = lab("portraits", "--count", 3, "--output", tmp_path / "set")
    assert (answer.code, len(list((tmp_path / "set").rglob("*.jpg")))) == (0, 3)
    assert "nothing about accuracy" in answer.out
    refused = lab("portraits", "--count", 3, "--seed", 5, "--output", tmp_path / "set")
    assert refused.code == 2
    assert "holds something else" in refused.err
    (tmp_path / "file").write_text("")
    refused = lab("portraits", "--count", 3, "--output", tmp_path / "file")
    assert refused.code == 2
    assert "cannot be written" in refused.err
