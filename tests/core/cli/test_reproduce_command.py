"""``reproduce`` measures what is missing, tells what it kept, and refuses in a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import stored_runs
from command_line import MODEL, Lab

from facemask_core.paper import experiments


@pytest.fixture
def data(tmp_path: Path) -> Path:
    stored_runs.write_pictures(tmp_path / "data", 2)
    return tmp_path / "data"


def test_it_measures_once_and_keeps_after(
    lab: Lab, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(experiments, "NOTCHES", (1, 2))
    monkeypatch.setattr(experiments, "SHARPNESSES", (4,))
    words = ("reproduce", "--data", data, "--models", MODEL, "--output", tmp_path / "out")
    first = lab(*words)
    assert first.code == 0, first.err
    wanted = [experiment.file for experiment in experiments.experiments([MODEL])]
    lines = first.out.splitlines()
    assert [line.partition(":")[0] for line in lines] == wanted
    assert all(" s" in line for line in lines)
    for name in wanted:
        assert json.loads((tmp_path / "out" / name).read_text(encoding="utf-8"))["images"] == 2
    again = lab(*words)
    assert again.code == 0
    assert all(line.endswith("kept") for line in again.out.splitlines())


@pytest.mark.parametrize(
    ("words", "clue"),
    [
        (("--models", "nosuch", "--output", "out"), "nosuch"),
        (("--limit", "3"), "--output"),
        (("--data", "nowhere", "--output", "out"), "nowhere"),
    ],
)
def test_bad_input_ends_with_one_sentence(
    lab: Lab, data: Path, tmp_path: Path, words: tuple[str, ...], clue: str
) -> None:
    filled = [tmp_path / word if word == "out" else word for word in words]
    answer = lab("reproduce", "--data", data, *filled)
    assert answer.code == 2
    assert clue in answer.err
    assert "\n" not in answer.err.strip()
    assert not (tmp_path / "out").exists()
