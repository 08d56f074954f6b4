"""``evaluate`` reports on a dataset before and after an attack."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import needs
import numpy as np
import pytest
from command_line import MODEL, Answer, Lab, assert_one_sentence

from facemask_core.data import datasets, samples
from facemask_core.labels import LABELS
from facemask_core.models import checkpoints


def evaluated(lab: Lab, data: Path, *options: Any) -> tuple[Answer, dict[str, Any]]:
    path = data.parent / "report.json"
    answer = lab("evaluate", "--model", MODEL, "--data", data, "--json", path, *options)
    assert answer.code == 0, answer.err
    return answer, json.loads(path.read_text(encoding="utf-8"))


def assert_figures(figures: dict[str, Any], total: int) -> None:
    assert figures.keys() >= {"accuracy", "balanced_accuracy", "confusion_matrix", "report"}
    matrix = np.array(figures["confusion_matrix"])
    assert matrix.shape == (2, 2)
    assert matrix.sum() == total
    assert figures["accuracy"] == pytest.approx(np.trace(matrix) / total)
    recalls = [matrix[row, row] / matrix[row].sum() for row in (0, 1)]
    assert figures["balanced_accuracy"] == pytest.approx(np.mean(recalls))
    assert set(LABELS) <= figures["report"].keys()
    assert [figures["report"][name]["support"] for name in LABELS] == matrix.sum(axis=1).tolist()


def test_an_evaluation_reports_before_and_after_the_attack(lab: Lab, data: Path) -> None:
    answer, report = evaluated(lab, data, "--attack", "fgsm", "--epsilon", "8/255", "--seed", "3")
    assert report.keys() >= {
        "model",
        "model_sha256",
        "data_sha256",
        "threat_model",
        "images",
        "skipped",
        "seconds",
        "clean",
        "adversarial",
    }
    assert report["model"] == MODEL
    assert report["model_sha256"] == checkpoints.sha256(
        checkpoints.locate(MODEL) / checkpoints.WEIGHTS_FILE
    )
    assert report["data_sha256"] == datasets.fingerprint(datasets.open_dataset(data))
    assert report["threat_model"]["epsilon"] == 8 / 255
    assert report["threat_model"]["attack"] == "fgsm"
    assert report["threat_model"]["seed"] == 3
    assert report["images"] == 6
    assert [entry["path"] for entry in report["skipped"]] == ["with_mask/notes.txt"]
    assert "not a picture" in report["skipped"][0]["reason"]
    assert report["seconds"] > 0
    assert_figures(report["clean"], 6)
    assert_figures(report["adversarial"], 6)
    assert "6 images, 1 skipped" in answer.out
    assert "with_mask/notes.txt" in answer.out
    assert "adversarial" in answer.out


def test_an_evaluation_states_its_precision(lab: Lab, data: Path) -> None:
    answer, exact = evaluated(lab, data)
    assert (exact["precision"], exact["arithmetic"]) == ("exact", "float32")
    assert answer.out.endswith("precision exact: float32\n")
    answer, fast = evaluated(lab, data, "--precision", "fast")
    assert (fast["precision"], fast["arithmetic"]) == ("fast", "float32, batch norm folded")
    assert answer.out.endswith("precision fast: float32, batch norm folded\n")
    assert fast["clean"]["confusion_matrix"] == exact["clean"]["confusion_matrix"]


def test_an_attack_never_raises_the_mean_confidence_in_the_truth(lab: Lab, data: Path) -> None:
    _, report = evaluated(lab, data, "--attack", "pgd", "--steps", "5", "--epsilon", "8/255")
    assert report["mean_confidence_drop"] >= 0
    assert report["adversarial"]["accuracy"] <= report["clean"]["accuracy"]


def test_an_evaluation_without_an_attack_has_no_adversarial_part(lab: Lab, data: Path) -> None:
    answer, report = evaluated(lab, data)
    assert report["threat_model"] is None
    assert report["adversarial"] is None
    assert_figures(report["clean"], 6)
    assert "adversarial" not in answer.out


def test_an_evaluation_leaves_a_redirected_stderr_empty(lab: Lab, data: Path) -> None:
    """Progress is for terminals; in a log file even an empty line is noise."""
    answer, _ = evaluated(lab, data)
    assert answer.err == ""


def test_a_zip_is_the_same_question_as_its_folder(lab: Lab, data: Path) -> None:
    packed = shutil.make_archive(str(data.parent / "set"), "zip", data)
    answers = [
        lab("evaluate", "--model", MODEL, "--data", it, "--limit", 2) for it in (data, packed)
    ]
    assert "Answered from the run store: all 2 files" in answers[1].err
    assert answers[1].out.partition("clean")[2] == answers[0].out.partition("clean")[2]


def test_the_limit_keeps_both_classes(lab: Lab, data: Path) -> None:
    _, report = evaluated(lab, data, "--limit", "2")
    assert report["images"] == 2
    assert np.array(report["clean"]["confusion_matrix"]).sum(axis=1).tolist() == [1, 1]


def test_a_single_picture_is_reported_without_a_warning(
    lab: Lab, data: Path, recwarn: pytest.WarningsRecorder
) -> None:
    """With one class missing, scikit-learn warns where a user would read it as an error."""
    _, report = evaluated(lab, data, "--limit", "1")
    assert report["images"] == 1
    assert [str(warning.message) for warning in recwarn] == []


def test_the_shipped_gallery_can_be_cropped_and_evaluated(lab: Lab, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    options = ["--model", MODEL, "--data", samples.GALLERY_DIR, "--limit", 4, "--json", path]
    assert lab("evaluate", *options, "--crop").code == 0
    cropped = json.loads(path.read_text(encoding="utf-8"))
    assert lab("evaluate", *options).code == 0
    whole = json.loads(path.read_text(encoding="utf-8"))
    assert (cropped["crop"], whole["crop"]) == (True, False)
    assert cropped["images"] == whole["images"] == 4
    assert cropped["data_sha256"] == whole["data_sha256"]


def test_a_dataset_without_one_readable_picture_is_refused(lab: Lab, tmp_path: Path) -> None:
    for label in LABELS:
        (tmp_path / label).mkdir()
        (tmp_path / label / "bad.png").write_bytes(b"bad")
    answer = lab("evaluate", "--model", MODEL, "--data", tmp_path)
    assert_one_sentence(answer, "bad.png")


def test_an_evaluation_tells_calibration_and_speed(lab: Lab, data: Path) -> None:
    answer, report = evaluated(lab, data, "--attack", "fgsm", "--epsilon", "8/255")
    for part in ("clean", "adversarial"):
        found = report[part]["calibration"]
        assert 0 <= found["expected_calibration_error"] <= 1
        assert sum(entry["count"] for entry in found["bins"]) == 6
    found = report["clean"]["calibration"]
    assert f"expected calibration error {found['expected_calibration_error']:.4f}" in answer.out
    assert f"Brier score {found['brier_score']:.4f}" in answer.out
    speed = report["speed"]
    assert speed["forward_ms_per_image"] > 0
    assert speed["attack_ms_per_image"] > 0
    assert f"forward {speed['forward_ms_per_image']:.2f} ms an image" in answer.out
    assert f"attack {speed['attack_ms_per_image']:.2f} ms" in answer.out
    assert speed["device"] in answer.out
    assert ("compilation perhaps included" in answer.out) == speed["first_batch_included"]
    assert report["sources"] == {}
    assert "source" not in answer.out


def test_a_manifest_gives_a_row_for_each_source(lab: Lab, data: Path) -> None:
    rows = ["path,source", "data/with_mask/1.png,web", "data/without_mask/0.png,own photographs"]
    (data.parent / "manifest.csv").write_text("\n".join([*rows, "data/with_mask/3.png,web"]))
    answer, report = evaluated(lab, data, "--attack", "fgsm", "--epsilon", "8/255")
    assert {name: row["images"] for name, row in report["sources"].items()} == {
        "own photographs": 1,
        "web": 2,
    }
    lines = answer.out.splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith("source "))
    assert lines[start].split() == ["source", "images", "accuracy", "balanced", "robust"]
    for line, (name, row) in zip(lines[start + 1 :], report["sources"].items(), strict=False):
        shares = (row["accuracy"], row["balanced_accuracy"], row["robust_accuracy"])
        cells = [str(row["images"]), *(f"{share:.4f}" for share in shares)]
        assert line.startswith(name)
        assert line.removeprefix(name).split() == cells
    assert "without a source in the manifest: 3 images" in answer.out

    answer, report = evaluated(lab, data)
    assert all("robust_accuracy" not in row for row in report["sources"].values())
    assert "robust" not in answer.out


def test_a_broken_manifest_is_told_and_does_not_stop_the_evaluation(lab: Lab, data: Path) -> None:
    (data.parent / "manifest.csv").write_text("file,origin\n")
    answer, report = evaluated(lab, data)
    assert report["sources"] == {}
    assert "manifest.csv" in report["sources_problem"]
    assert f"no figures per source: {report['sources_problem']}" in answer.out
    assert_figures(report["clean"], 6)


def test_a_class_of_which_nothing_can_be_read_is_told(lab: Lab, data: Path) -> None:
    both, report = evaluated(lab, data)
    assert report["missing_classes"] == []
    assert "alone" not in both.out
    for path in (data / "without_mask").iterdir():
        path.write_bytes(path.read_bytes()[:100])
    answer, report = evaluated(lab, data)
    assert report["missing_classes"] == ["without_mask"]
    assert "there is no image of the class without_mask" in answer.out
    figure = report["clean"]["balanced_accuracy"]
    assert f"balanced accuracy {figure:.4f}, the recall of with_mask alone\n" in answer.out


@needs.any_file_name
def test_a_skipped_file_of_any_name_can_be_reported(lab: Lab, data: Path) -> None:
    Path(os.fsdecode(os.fsencode(data) + b"/with_mask/caf\xe9.png")).write_bytes(b"bad")
    _, report = evaluated(lab, data)
    assert len(report["skipped"]) == 2


@needs.any_file_name
def test_a_skipped_files_name_moves_no_cursor_and_makes_no_line(lab: Lab, data: Path) -> None:
    (data / "with_mask" / "a\x1b[2J\nb.png").write_bytes(b"bad")
    answer, _ = evaluated(lab, data)
    assert r"skipped with_mask/a\x1b[2J\nb.png: " in answer.out
    assert "\x1b" not in answer.out
