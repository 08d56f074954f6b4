"""A result is read for the weights it was measured on; whatever else there is, is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from facemask_core import checkpoints
from facemask_core.errors import DatasetError
from facemask_core.paper import experiments, results
from facemask_core.paper.experiments import clean
from facemask_core.paper.reproduction import RESULTS_DIR

ASKED = clean("mobilenetv3")
SHA256 = checkpoints.read_card(checkpoints.locate("mobilenetv3")).weights_sha256


def _write(folder: Path, content: str) -> None:
    (folder / ASKED.file).write_text(content, encoding="utf-8")


def test_what_was_not_measured_is_nothing(tmp_path: Path) -> None:
    assert results.read(ASKED, tmp_path) is None


def test_what_was_measured_on_other_weights_is_nothing(tmp_path: Path) -> None:
    _write(tmp_path, json.dumps({"model_sha256": "0" * 64}))
    assert results.read(ASKED, tmp_path) is None
    _write(tmp_path, json.dumps({"model_sha256": SHA256}))
    assert results.read(ASKED, tmp_path) == {"model_sha256": SHA256}


@pytest.mark.parametrize("content", ["", "[1]", "{}"])
def test_what_is_no_result_is_told(tmp_path: Path, content: str) -> None:
    _write(tmp_path, content)
    with pytest.raises(DatasetError, match="cannot be read"):
        results.read(ASKED, tmp_path)


def test_every_shipped_file_answers_an_experiment() -> None:
    known = {experiment.file for experiment in experiments.experiments()}
    assert {path.name for path in RESULTS_DIR.glob("*")} <= known
