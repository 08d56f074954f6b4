"""The shipped figures are found for the weights they were measured on, and for no others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from facemask_core.errors import DatasetError
from facemask_core.models import checkpoints, published


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
    (tmp_path / published.SKIN_TONES).write_text(content, encoding="utf-8")
    for read in (
        lambda: published.read_reports("a", tmp_path),
        lambda: published.read_skin_tones(tmp_path),
    ):
        with pytest.raises(DatasetError, match=r"The shipped figures in .* cannot be read"):
            read()


def test_a_figure_that_is_missing_is_told(tmp_path: Path) -> None:
    (tmp_path / "model-test-fgsm-2-255.json").write_text(json.dumps({}), encoding="utf-8")
    with pytest.raises(DatasetError, match="no model_sha256"):
        published.read_reports("a", tmp_path)
