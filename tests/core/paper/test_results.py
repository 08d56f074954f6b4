"""A result is read for the weights it was measured on; other results are named as such."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from facemask_core.data.groupings import find_grouping
from facemask_core.errors import DatasetError
from facemask_core.models import checkpoints
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
    shipped = json.loads((RESULTS_DIR / ASKED.file).read_text(encoding="utf-8"))
    _write(tmp_path, json.dumps(shipped | {"model_sha256": "0" * 64}))
    assert results.read(ASKED, tmp_path) is None
    _write(tmp_path, json.dumps(shipped | {"model_sha256": SHA256}))
    assert results.read(ASKED, tmp_path) == shipped | {"model_sha256": SHA256}


def test_what_was_measured_on_the_weights_before_is_read_and_named(tmp_path: Path) -> None:
    shipped = json.loads((RESULTS_DIR / ASKED.file).read_text(encoding="utf-8"))
    (ancestor,) = checkpoints.read_card(checkpoints.locate("mobilenetv3")).ancestors
    for sha256, earlier in ((SHA256, False), (ancestor["weights_sha256"], True)):
        _write(tmp_path, json.dumps(shipped | {"model_sha256": sha256}))
        found = results.read(ASKED, tmp_path)
        assert found is not None
        assert results.is_of_earlier_weights(found) is earlier


@pytest.mark.parametrize("content", ["", "[1]", "{}"])
def test_what_is_no_result_is_told(tmp_path: Path, content: str) -> None:
    _write(tmp_path, content)
    with pytest.raises(DatasetError, match="cannot be read"):
        results.read(ASKED, tmp_path)


def test_every_shipped_file_answers_an_experiment() -> None:
    known = {experiment.file for experiment in experiments.experiments()}
    assert {path.name for path in RESULTS_DIR.glob("*")} <= known


@pytest.mark.parametrize("experiment", experiments.experiments(), ids=lambda it: it.file)
def test_every_experiment_is_answered_for_the_shipped_weights(
    experiment: experiments.Experiment,
) -> None:
    """Where this fails for weights that are new, ``reproduce`` has to be run again."""
    found = results.read(experiment)
    assert found is not None
    unattacked = results.read(clean(experiment.model))
    assert unattacked is not None
    assert found["data_sha256"] == unattacked["data_sha256"]
    assert find_grouping(found["data_sha256"]) is not None, "no page could name its photographs"
    assert found["clean"]["confusion_matrix"] == unattacked["clean"]["confusion_matrix"]
    metrics = checkpoints.read_card(checkpoints.locate(experiment.model)).metrics["test"]
    if found["data_sha256"] == metrics["data_sha256"]:  # else the card is of another grouping
        assert found["clean"]["confusion_matrix"] == metrics["confusion_matrix"]
    stated = found["threat_model"]
    assert (stated is None) == (experiment.attack is None)
    if stated is not None:
        assert stated["epsilon"] == experiment.epsilon
        assert experiment.settings.items() <= stated.items()


@pytest.mark.parametrize("model", experiments.DETAILED_MODELS)
def test_pgd_that_is_stopped_early_looks_weaker_than_fgsm_and_no_longer_does_in_the_end(
    model: str,
) -> None:
    fgsm = _stands(experiments.fgsm(model))
    ladder = [_stands(experiment) for experiment in experiments.ladder(model)]
    assert ladder == sorted(ladder, reverse=True)
    assert ladder[0] > fgsm > ladder[-1]
    assert _stands(experiments.pgd(model)) < 0.01


@pytest.mark.parametrize("model", experiments.DETAILED_MODELS)
def test_a_second_softmax_hides_what_a_sure_model_would_lose(model: str) -> None:
    mild, sure = (
        [
            _stands(experiments.through_second_softmax(model, sharpness, attack))
            for attack in ("fgsm", "pgd")
        ]
        for sharpness in (experiments.SHARPNESSES[0], experiments.SHARPNESSES[-1])
    )
    assert mild == [_stands(experiments.fgsm(model)), _stands(experiments.pgd(model))]
    assert min(sure) > 0.85


def _stands(experiment: experiments.Experiment) -> float:
    found = results.read(experiment)
    assert found is not None
    return float(found["robust_accuracy"])
