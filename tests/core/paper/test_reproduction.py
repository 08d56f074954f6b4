"""Every experiment is answered by one file, and none is answered twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import stored_runs

from facemask_core import Classifier, runs
from facemask_core.data import datasets
from facemask_core.errors import DatasetError
from facemask_core.evaluation.predictions import Predictions
from facemask_core.models import checkpoints
from facemask_core.paper import reproduction
from facemask_core.paper.confidences import BINS, summarise_confidences
from facemask_core.paper.experiments import Experiment
from facemask_core.paper.reproduction import Answer, Reproduction
from facemask_core.paper.second_softmax import LARGEST

CLEAN = Experiment("tiny", "clean")
FGSM = Experiment("tiny", "fgsm", "fgsm", epsilon=0.05)
TWICE = Experiment("tiny", "twice", "fgsm", {"loss": "cross-entropy"}, 0.05, 4)
ALL = (CLEAN, FGSM, TWICE)

Work = Callable[..., Reproduction]


@pytest.fixture
def dataset(tmp_path: Path) -> datasets.Dataset:
    return stored_runs.write_pictures(tmp_path / "data", 6, broken=(2,))


@pytest.fixture
def work(tmp_path: Path, dataset: datasets.Dataset, monkeypatch: pytest.MonkeyPatch) -> Work:
    """A linear model in the place of a shipped one, with a card on disk as a shipped one has."""
    classifier = stored_runs.judge()
    checkpoints.write_card(_folder(tmp_path), classifier.card)
    monkeypatch.setattr(checkpoints, "locate", lambda _: _folder(tmp_path))
    monkeypatch.setattr(reproduction.evaluation, "evaluate", _with_small_pictures())
    loads: list[str] = []

    def load(name: str, **_: Any) -> Classifier:
        loads.append(name)
        return classifier

    def made(**more: Any) -> Reproduction:
        started = Reproduction(dataset, tmp_path / "out", load=load, **more)
        started.loads = loads  # type: ignore[attr-defined]
        return started

    return made


def _folder(root: Path) -> Path:
    folder = root / "model"
    folder.mkdir(exist_ok=True)
    return folder


def _with_small_pictures() -> Callable[..., Any]:
    evaluate = reproduction.evaluation.evaluate

    def called(*given: Any, **more: Any) -> Any:
        return evaluate(*given, prepare=stored_runs.small, **more)

    return called


def _answers(started: Reproduction, asked: tuple[Experiment, ...] = ALL) -> list[Answer]:
    return list(started.answers(asked))


def test_every_answer_is_a_file_with_all_it_has_to_be_read_with(work: Work, tmp_path: Path) -> None:
    found = _answers(work())
    assert [answer.from_file for answer in found] == [False] * 3
    for answer in found:
        path = tmp_path / "out" / answer.experiment.file
        assert json.loads(path.read_text(encoding="utf-8")) == answer.result
        result = answer.result
        assert result["experiment"] == answer.experiment.name
        assert result["images"] == 5
        assert {"model_sha256", "data_sha256", "libraries", "code_sha256"} <= result.keys()
        assert result["speed"]["device"]
        for when in ("clean", "adversarial"):
            assert (result[when] is None) == (result["confidences"][when] is None)
    clean, fgsm, twice = (answer.result for answer in found)
    assert clean["threat_model"] is None
    assert fgsm["threat_model"]["epsilon"] == 0.05
    assert "softmax twice, scores times 4" in twice["threat_model"]["source"]
    assert twice["clean"] == fgsm["clean"], "the model that is asked is the same"


def test_what_is_answered_is_kept(work: Work) -> None:
    first = _answers(work())
    asked_before = len(work().loads)  # type: ignore[attr-defined]
    again = work()
    kept = _answers(again, (CLEAN, FGSM))
    assert [answer.from_file for answer in kept] == [True, True]
    assert [answer.result for answer in kept] == [answer.result for answer in first[:2]]
    assert len(again.loads) == asked_before, "no model is loaded for it"  # type: ignore[attr-defined]
    assert [answer.from_file for answer in _answers(work())] == [True] * 3


@pytest.mark.parametrize("content", ["", "[1]", "{}", '{"model_sha256": "1"}'])
def test_a_file_that_answers_something_else_is_replaced(
    work: Work, tmp_path: Path, content: str
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / FGSM.file).write_text(content, encoding="utf-8")
    (answer,) = _answers(work(), (FGSM,))
    assert not answer.from_file
    assert [it.from_file for it in _answers(work(), (FGSM,))] == [True]
    (other,) = _answers(work(), (replace(FGSM, epsilon=0.025),))
    assert not other.from_file


def test_an_interrupted_command_goes_on(work: Work) -> None:
    answers = work().answers(ALL)
    next(answers)
    answers.close()
    assert [answer.from_file for answer in _answers(work())] == [True, False, False]


def test_batches_are_kept_in_the_store_and_no_question_is_taken_for_another(
    work: Work, tmp_path: Path
) -> None:
    plain = replace(TWICE, name="plain", sharpness=None)
    sharper = replace(TWICE, name="sharper", sharpness=32)
    with runs.Store(tmp_path / "home") as store:
        _answers(work(store=store), (CLEAN, plain, TWICE, sharper))
        assert len(store.runs()) == 4


def test_a_folder_that_cannot_be_written_is_told(work: Work, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("no folder")
    with pytest.raises(DatasetError, match="cannot be written"):
        _answers(work(), (CLEAN,))


def test_confidences_are_those_of_one_softmax_and_of_two() -> None:
    logits = np.array([[50.0, 0.0], [0.0, 50.0], [1.0, 0.0]], np.float32)
    found = summarise_confidences(Predictions(np.array([0, 0, 0]), logits))
    assert found["loss"] == pytest.approx((0.0 + 50.0 + np.log1p(np.exp(-1.0))) / 3)
    assert found["once"]["mean_of_right"] == pytest.approx((1.0 + LARGEST) / 2)
    assert found["once"]["largest"] == pytest.approx(1.0)
    assert found["twice"]["largest"] == pytest.approx(LARGEST)
    for spread in (found["once"], found["twice"]):
        assert sum(spread["counts"]) == 3
        assert len(spread["counts"]) == BINS
        assert len(spread["edges"]) == BINS + 1
        assert (spread["edges"][0], spread["edges"][-1]) == (0.5, 1.0)


def test_without_a_right_answer_there_is_no_mean_of_them() -> None:
    found = summarise_confidences(Predictions(np.array([1]), np.array([[1.0, 0.0]], np.float32)))
    assert found["once"]["mean_of_right"] is None
