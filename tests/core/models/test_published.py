"""The shipped figures are found for the weights they were measured on, and for no others."""

from __future__ import annotations

import functools
import json
import shutil
from pathlib import Path

import pytest

from facemask_core.errors import DatasetError
from facemask_core.models import checkpoints, figures_schema, published


@pytest.mark.parametrize("name", checkpoints.available())
def test_every_shipped_model_has_figures_by_attack_and_rising_epsilon(name: str) -> None:
    sha256 = checkpoints.read_card(checkpoints.locate(name)).weights_sha256
    found = published.read_reports(sha256)
    assert {report["model_sha256"] for report in found} == {sha256}
    order = [(it["threat_model"]["attack"], it["threat_model"]["epsilon"]) for it in found]
    assert order == sorted(set(order))
    assert {attack for attack, _ in order} >= {"fgsm"}
    assert {
        row["framing"] for row in published.read_skin_tones() if row["model_sha256"] == sha256
    } == {
        "whole",
        "cropped to the face",
    }


def test_other_weights_of_the_same_name_have_no_figures() -> None:
    assert published.read_reports("0" * 64) == []


@pytest.mark.parametrize("content", ["", "{", "[1]", "7"])
def test_a_file_that_holds_no_figures_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "model-test-fgsm-2-255.json").write_text(content, encoding="utf-8")
    for name in (published.SKIN_TONES, published.CERTIFICATES):
        (tmp_path / name).write_text(content, encoding="utf-8")
    for read in (
        lambda: published.read_reports("a", tmp_path),
        lambda: published.read_skin_tones(tmp_path),
        lambda: published.read_certificates(tmp_path),
    ):
        with pytest.raises(DatasetError, match=r"The shipped figures in .* cannot be read"):
            read()


def test_a_figure_that_is_missing_is_told(tmp_path: Path) -> None:
    (tmp_path / "model-test-fgsm-2-255.json").write_text(json.dumps({}), encoding="utf-8")
    with pytest.raises(DatasetError, match="its field model is missing"):
        published.read_reports("a", tmp_path)


SHIPPED = published.REPORTS_DIR / "mobilenetv3-test-pgd-8-255.json"


@pytest.mark.parametrize(
    "path",
    # The lesson's own answers are checked where they are read.
    [
        it
        for it in sorted(published.REPORTS_DIR.rglob("*.json"))
        if not it.name.startswith("lesson")
    ],
    ids=lambda it: it.stem,
)
def test_every_shipped_file_is_sound(path: Path) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    kinds = {
        "paper": figures_schema.find_paper_fault,
        "reports": figures_schema.find_attacked_fault,
    }
    find = kinds[path.parent.name]
    if path.name == published.SKIN_TONES:
        find = figures_schema.find_skin_tones_fault
    if path.name == published.CERTIFICATES:
        find = figures_schema.find_certificates_fault
    assert find(content) is None


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("images", 0),
        ("images", "652"),
        ("images", True),
        ("robust_accuracy", float("nan")),
        ("robust_accuracy", 1.5),
        ("success_rate", None),
        ("mean_confidence_drop", "![x](http://evil.example)"),
        ("dead_gradients", -1),
        ("threat_model", None),
        ("threat_model.norm", "l7"),
        ("threat_model.epsilon", float("inf")),
        ("threat_model.steps", None),
        ("threat_model.attack", 7),
        ("clean.accuracy", []),
        ("clean.confusion_matrix", [[1, 2]]),
        ("clean.report.accuracy", None),
        ("clean.calibration.bins", "none"),
        ("speed.device", {}),
        ("model_sha256", "x" * 64),
        ("skipped", [1]),
    ],
)
def test_a_figure_that_is_none_is_told_by_its_field(
    tmp_path: Path, place: str, value: object
) -> None:
    content = json.loads(SHIPPED.read_text(encoding="utf-8"))
    *way, last = place.split(".")
    functools.reduce(dict.__getitem__, way, content)[last] = value
    path = tmp_path / SHIPPED.name
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(DatasetError) as refusal:
        published.read_figures(path, figures_schema.find_attacked_fault)
    assert way[0] if way else last in str(refusal.value)
    assert len(str(refusal.value).splitlines()) == 1


def test_a_damaged_report_costs_its_own_model_alone(tmp_path: Path) -> None:
    sha256 = json.loads(SHIPPED.read_text(encoding="utf-8"))["model_sha256"]
    shutil.copy(SHIPPED, tmp_path)
    (tmp_path / "vgg19-test-fgsm-2-255.json").write_text("{" * 100_000, encoding="utf-8")
    assert len(published.read_reports(sha256, tmp_path)) == 1
    (tmp_path / "mobilenetv3-test-fgsm-2-255.json").write_text("[" * 100_000, encoding="utf-8")
    with pytest.raises(DatasetError, match="cannot be read"):
        published.read_reports(sha256, tmp_path)
