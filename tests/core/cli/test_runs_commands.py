"""``evaluate`` asks the store first, and ``runs`` tells what is in it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import stored_runs
from command_line import MODEL, ROOT, Lab, loaded

from facemask_core import runs
from facemask_core.data.datasets import Dataset
from facemask_core.runs import task
from facemask_core.storage import place


@pytest.fixture
def data(tmp_path: Path) -> Dataset:
    return stored_runs.write_pictures(tmp_path / "data", 6, broken=(2,))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many images the model is asked about, call by call."""
    counts: list[int] = []
    classifier = loaded(MODEL, warm_up=False, precision="exact")
    predict = classifier.predict

    def counted(pixels: Any) -> Any:
        counts.append(len(pixels))
        return predict(pixels)

    monkeypatch.setattr(classifier, "predict", counted)
    return counts


def _evaluate(lab: Lab, data: Dataset, *more: object) -> tuple[dict[str, Any], str]:
    path = Path(data.source.name).parent / "report.json"
    words = ("--model", MODEL, "--data", data.source.name, "--json", path)
    answer = lab("evaluate", *words, *more)
    assert answer.code == 0, answer.err
    return json.loads(path.read_text(encoding="utf-8")), answer.err


def test_the_same_question_is_answered_from_the_store(
    lab: Lab, data: Dataset, asked: list[int]
) -> None:
    first, said = _evaluate(lab, data)
    assert (asked, said) == ([5], "")
    again, said = _evaluate(lab, data)
    assert again == first
    assert asked == [5]
    assert said == "Answered from the run store: all 6 files were stored before.\n"
    _evaluate(lab, data, "--no-store")
    assert asked == [5, 5]
    _evaluate(lab, data, "--limit", "4")
    assert asked == [5, 5, 3]


def test_an_evaluation_that_was_cut_off_goes_on(
    lab: Lab, data: Dataset, asked: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(task, "BATCH_SIZE", 2)
    whole, _ = _evaluate(lab, data, "--no-store")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(runs.Run, "append", _only_once(runs.Run.append, stop))
        lab("evaluate", "--model", MODEL, "--data", data.source.name)
    asked.clear()
    report, said = _evaluate(lab, data)
    assert asked == [2, 1], "the last batch holds the broken file"
    assert said == "Going on from file 2 of 6, as the run store has it.\n"
    assert report["clean"] == whole["clean"]


def _only_once(call: Any, then: Any) -> Any:
    calls: list[None] = []

    def called(*args: Any) -> None:
        if calls:
            then()
        calls.append(None)
        call(*args)

    return called


def test_the_store_may_lie_elsewhere(lab: Lab, data: Dataset, tmp_path: Path) -> None:
    _evaluate(lab, data, "--store", tmp_path / "elsewhere")
    assert (tmp_path / "elsewhere" / place.FILE).exists()
    assert json.loads(lab("runs", "list", "--json").out) == []
    (row,) = json.loads(lab("runs", "list", "--json", "--store", tmp_path / "elsewhere").out)
    assert row["done"] == 6


def test_a_damaged_store_costs_its_runs_and_not_the_answer(
    lab: Lab, data: Dataset, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / place.FILE).write_bytes(b"not a database" * 100)
    report, said = _evaluate(lab, data, "--store", home)
    assert report["images"] == 5
    assert said.startswith("The run store was damaged; it is kept as ")
    assert said.count("\n") == 1
    (aside,) = home.glob("*.damaged-*")
    assert aside.read_bytes() == b"not a database" * 100


def test_runs_are_listed_shown_and_deleted(lab: Lab, data: Dataset) -> None:
    report, _ = _evaluate(lab, data, "--attack", "fgsm", "--epsilon", "8/255")
    (row,) = json.loads(lab("runs", "list", "--json").out)
    assert row.keys() == {"run", "started", "state", "done", "question"}
    assert (row["state"], row["done"]) == ("complete", 6)
    assert row["question"]["threat_model"] == report["threat_model"]
    assert row["question"]["data_sha256"] == report["data_sha256"]
    listed = lab("runs", "list").out
    for word in (row["run"][:8], MODEL, "fgsm", "8/255", "complete"):
        assert word in listed

    shown = json.loads(lab("runs", "show", row["run"][:6], "--json").out)
    report.pop("crop")  # the question tells the preparation instead
    assert shown == row | {"report": report}
    text = lab("runs", "show", row["run"]).out
    assert f"data_sha256: {report['data_sha256']}" in text
    assert f"counted as errors: {report['robust_accuracy']:.4f}" in text

    assert lab("runs", "delete", row["run"][:8]).out == f"deleted {row['run'][:8]}\n"
    assert json.loads(lab("runs", "list", "--json").out) == []


def test_a_length_in_l2_is_written_as_a_length(lab: Lab, data: Dataset) -> None:
    _evaluate(lab, data, "--attack", "fgsm", "--norm", "l2", "--epsilon", "1.5")
    listed = lab("runs", "list").out
    assert "fgsm 1.5" in listed
    assert "/255" not in listed


def test_a_search_is_stored_listed_and_shown(lab: Lab, data: Dataset, asked: list[int]) -> None:
    words = ("smallest", "--model", MODEL, "--data", data.source.name, "--largest", "4")
    first = lab(*words)
    assert first.code == 0, first.err
    asked.clear()
    again = lab(*words)
    assert (again.out, asked) == (first.out, [])
    assert again.err == "Answered from the run store: all 6 files were stored before.\n"
    (row,) = json.loads(lab("runs", "list", "--json").out)
    assert row["question"]["largest_level"] == 4
    assert "smallest" in lab("runs", "list").out
    shown = json.loads(lab("runs", "show", row["run"], "--json").out)
    assert shown["report"]["images"] == 5
    (median,) = [line for line in first.out.splitlines() if line.startswith("median")]
    assert median in lab("runs", "show", row["run"]).out


@pytest.mark.parametrize("command", ["show", "delete"])
def test_an_unknown_run_is_told(lab: Lab, command: str) -> None:
    answer = lab("runs", command, "abc")
    assert answer.code == 2
    assert answer.err == (
        "There is no run whose name begins with 'abc'; the command runs list names them all.\n"
    )


def test_listing_does_not_start_the_numerical_backend(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from facemask_core.cli import app\n"
        "app(['runs', 'list', '--json', '--store', sys.argv[1]], standalone_mode=False)\n"
        "sys.exit('keras' in sys.modules)\n"
    )
    child = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, check=True, capture_output=True
    )
    assert json.loads(child.stdout) == []
