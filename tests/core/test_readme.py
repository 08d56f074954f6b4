"""The figures of README and docs/results.md are those of the result files, and their code runs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import smallest_distances
from facemask_core.data import groupings
from facemask_core.models import checkpoints, published
from tools.results import accuracy, page
from tools.results.weights import describe_earlier_weights

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
REPORTS: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "assets" / "reports").glob("*-test-*.json"))
}
CARDS = [checkpoints.read_card(checkpoints.locate(name)) for name in checkpoints.available()]


def read_result(name: str) -> dict[str, Any]:
    return dict(json.loads((ROOT / "benchmarks" / name).read_text(encoding="utf-8")))


def test_the_page_of_results_is_made_from_the_result_files() -> None:
    """Where they differ, ``python -m tools.results`` writes the page anew."""
    assert (ROOT / "docs" / "results.md").read_text(encoding="utf-8") == page.write()


def test_the_readme_fits_on_two_screens() -> None:
    assert len(README.splitlines()) <= 120


def test_figures_of_the_readme_are_those_of_cards_and_reports() -> None:
    rows = accuracy.list_readme_rows(CARDS)
    assert re.findall(r"^\| .*\d %.*", README, re.MULTILINE) == rows
    assert len(rows) == len(CARDS)
    (twin,) = (card for card in CARDS if card.name == "mobilenetv3-robust")
    assert accuracy.describe_weakest(twin) in " ".join(README.split())


@pytest.mark.slow
@pytest.mark.parametrize("name", ["README.md", "docs/python.md"])
def test_the_python_code_runs(name: str, tmp_path: Path) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    script = tmp_path / "example.py"
    script.write_text(code, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, script],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)
def test_a_report_is_about_the_photographs_of_the_card(report: dict[str, Any]) -> None:
    """Counts agree exactly; calibration, where both have it, up to another device's rounding."""
    clean = report["clean"]
    promised = checkpoints.read_card(checkpoints.locate(report["model"])).metrics["test"]
    if report["data_sha256"] != promised["data_sha256"]:
        assert report["data_sha256"] == groupings.FIRST.splits["test"]
        return
    shared = clean.keys() & promised.keys()
    assert shared >= {"accuracy", "balanced_accuracy", "confusion_matrix"}
    for key in shared - {"calibration"}:
        assert clean[key] == promised[key], key
    if "calibration" in shared:
        for key in ("expected_calibration_error", "brier_score"):
            expected = pytest.approx(promised["calibration"][key], abs=1e-3)
            assert clean["calibration"][key] == expected, key


def test_a_result_of_replaced_weights_is_named_so() -> None:
    shipped = {card.name: card.weights_sha256 for card in CARDS}
    assert describe_earlier_weights(shipped, "So.") == ""
    told = describe_earlier_weights(shipped | {"vgg19": "0" * 64, "resnet50": "1" * 64}, "So.")
    assert told == " Measured with earlier weights of vgg19, resnet50. So."


def test_results_cover_the_models_and_rules_of_today() -> None:
    assert {row["model"] for row in published.read_skin_tones()} == {card.name for card in CARDS}
    nearest = json.loads(smallest_distances.RESULT.read_text(encoding="utf-8"))
    assert nearest["rules"] == smallest_distances.RULES


def test_fast_arithmetic_is_compared_with_the_reports() -> None:
    stored = {(it["model_sha256"], str(it["threat_model"])): it for it in REPORTS.values()}
    for row in read_result("fast_precision.json")["rows"]:
        report = stored[row["model_sha256"], str(row["threat_model"])]
        if row["data_sha256"] == report["data_sha256"]:
            assert row["robust_accuracy"]["exact"] == report["robust_accuracy"]
        else:  # the report was measured again since, on the grouping that has no twins
            assert row["data_sha256"] == groupings.FIRST.splits["test"]
