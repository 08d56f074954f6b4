"""The README's figures are those of the result files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import (
    accelerator,
    fast_precision,
    first_page,
    lab_start,
    live_camera,
    scale,
    skin_tones,
    smallest_distances,
)
from benchmarks.attack_speed.tables import tables
from benchmarks.class_of_thirty import tables as class_tables
from facemask_core.models import checkpoints, published

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
REPORTS: list[dict[str, Any]] = [
    json.loads(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "assets" / "reports").glob("*-test-*.json"))
]


def _percent(value: float) -> str:
    return f"{100 * value:.2f} %"


def _assert_same_figures(found: dict[str, Any], promised: dict[str, Any]) -> None:
    """Counts agree exactly; calibration, where both tell it, up to another device's rounding."""
    counted = {"accuracy", "balanced_accuracy", "confusion_matrix"}
    shared = found.keys() & promised.keys()
    assert counted <= shared
    for key in shared - {"calibration"}:
        assert found[key] == promised[key], key
    if "calibration" in shared:
        for key in ("expected_calibration_error", "brier_score"):
            expected = pytest.approx(promised["calibration"][key], abs=1e-3)
            assert found["calibration"][key] == expected, key


@pytest.mark.parametrize("name", checkpoints.available())
def test_clean_figures_are_the_cards(name: str) -> None:
    metrics = checkpoints.read_card(checkpoints.locate(name)).metrics
    row = next(line for line in README.splitlines() if line.startswith(f"| {name} "))
    for split in ("val", "test"):
        assert _percent(metrics[split]["balanced_accuracy"]) in row


@pytest.mark.parametrize(
    "report",
    REPORTS,
    ids=lambda report: "{model}-{attack}-{epsilon}".format(
        **report["threat_model"], model=report["model"]
    ),
)
def test_robust_figures_are_the_reports(report: dict[str, Any]) -> None:
    card = checkpoints.read_card(checkpoints.locate(report["model"]))
    _assert_same_figures(report["clean"], card.metrics["test"])
    stated = report["threat_model"]
    level = f"{255 * stated['epsilon']:.0f}/255"
    robust = _percent(report["robust_accuracy"])
    success = _percent(report["success_rate"])
    assert (
        f"| {report['model']} | {stated['attack'].upper()} | {level} | {robust} | {success} |"
        in README
    )


def test_speed_figures_are_the_benchmarks() -> None:
    """And the models measured are those shipped, with the weights shipped."""
    results = json.loads((ROOT / "benchmarks/results.json").read_text(encoding="utf-8"))
    assert {name: found["model_sha256"] for name, found in results["models"].items()} == {
        name: checkpoints.read_card(checkpoints.locate(name)).weights_sha256
        for name in results["models"]
    }
    for line in tables(results).splitlines():
        assert line in README


def test_figures_by_skin_tone_are_the_result_files() -> None:
    rows = published.skin_tones()
    assert {row["model"] for row in rows} == set(checkpoints.available())
    assert skin_tones.table(rows) in README


def test_figures_of_a_class_are_the_result_file() -> None:
    values = json.loads((ROOT / "benchmarks" / "class_of_thirty.json").read_text(encoding="utf-8"))
    told = " ".join(README.split())
    assert values["waits"]["errors"] == []
    assert class_tables.table(values) in README
    assert class_tables.company(values) in README
    assert class_tables.memory(values) in told
    assert f"{values['processor_s']:.0f} s of processor time" in told
    done, total = values["report"]["done"], values["report"]["total"]
    assert f"the report had {done} of its {total} pictures" in told
    assert f"told of up to {values['waits']['told']} visitors before one" in told


def test_figures_of_the_first_page_are_the_result_file() -> None:
    values = json.loads((ROOT / "benchmarks" / "first_page.json").read_text(encoding="utf-8"))
    assert first_page.table(values) in README


def test_figures_of_the_labs_start_are_the_result_file() -> None:
    values = json.loads((ROOT / "benchmarks" / "lab_start.json").read_text(encoding="utf-8"))
    assert lab_start.table(values["models"]) in README


def test_figures_of_the_live_camera_are_the_result_file() -> None:
    values = json.loads((ROOT / "benchmarks" / "live_camera.json").read_text(encoding="utf-8"))
    assert live_camera.table(values) in README


def test_figures_of_the_gpu_are_the_result_file() -> None:
    values = json.loads((ROOT / "benchmarks" / "accelerator.json").read_text(encoding="utf-8"))
    told, peak = " ".join(README.split()), values["peak"]
    assert accelerator.table(values) in README
    assert f"{peak['float32']:.0f} TFLOP/s in float32, {peak['bfloat16']:.0f} in bfloat16" in told
    rows = [
        row
        for precisions in values["models"].values()
        for row in precisions["exact"].get("reports", [])
    ]
    from_cores = sum("CPU (2 cores)" in row["stored_on"] for row in rows)
    apart = max(abs(accelerator.images_apart(row)) for row in rows)
    assert f"{len(rows)} reports of MobileNetV3 and VGG19" in told
    assert f"{from_cores} of which came from two CPU cores" in told
    assert f"differ from those above in {apart} images" in told


def test_figures_of_the_nearest_images_are_the_result_file() -> None:
    values = json.loads(smallest_distances.RESULT.read_text(encoding="utf-8"))
    assert values["rules"] == smallest_distances.RULES
    card = checkpoints.read_card(checkpoints.locate(values["setting"]["model"]))
    assert values["setting"]["model_sha256"] == card.weights_sha256
    assert smallest_distances.table(values) in README


def test_figures_of_the_fast_arithmetic_are_the_result_file() -> None:
    """And each is about the weights shipped, beside a report of assets/reports."""
    rows = json.loads(fast_precision.RESULT.read_text(encoding="utf-8"))["rows"]
    assert fast_precision.table(rows) in README
    stored = {(report["model_sha256"], str(report["threat_model"])): report for report in REPORTS}
    for row in rows:
        report = stored[row["model_sha256"], str(row["threat_model"])]
        assert row["robust_accuracy"]["exact"] == report["robust_accuracy"]


def test_figures_of_scale_are_the_result_files() -> None:
    values = json.loads((ROOT / "benchmarks" / "scale.json").read_text(encoding="utf-8"))
    for table in scale.tables(values):
        assert table in README
    for name in ("processor_ratio", "processor_ratio_with_store"):
        assert f" {values['turns'][name]:.2f} times" in README
    assert f"takes {values['ray']['ratio']:.2f} times the clock time" in README
