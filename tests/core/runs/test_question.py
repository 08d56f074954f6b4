"""Two questions are equal exactly if their rows must be the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import stored_runs
from hypothesis import given
from hypothesis import strategies as st

from facemask_core import Classifier, attacks, backend, runs, versions
from facemask_core.data.datasets import Dataset
from facemask_core.defences import JPEG, defend
from facemask_core.errors import RunStoreError
from facemask_core.pictures import faces, images
from facemask_core.runs.task import Task

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(values=st.dictionaries(st.text(), PLAIN), data=st.data())
def test_the_spelling_does_not_depend_on_the_order(values: dict[str, Any], data: Any) -> None:
    shuffled = dict(data.draw(st.permutations(list(values.items()))))
    assert runs.Question.of(shuffled) == runs.Question.of(values)
    assert runs.Question.of(values).values == values


def _task(classifier: Classifier, **more: Any) -> Task:
    settings = {"attack": attacks.make("pgd", steps=3), "epsilon": 0.1, "seed": 1}
    return Task(classifier=classifier, **settings | {"prepare": stored_runs.small} | more)


def _sha256(task: Task, dataset: Dataset, data_sha256: str = "d") -> str:
    return runs.make_question(task, dataset, data_sha256).sha256


def test_the_same_question_has_the_same_name(judge: Classifier, dataset: Dataset) -> None:
    assert _sha256(_task(judge), dataset) == _sha256(_task(judge), dataset)


@pytest.mark.parametrize(
    "more",
    [
        {"attack": None},
        {"attack": attacks.make("bim", steps=3)},
        {"attack": attacks.make("pgd", steps=4)},
        {"attack": attacks.make("pgd", steps=3, stop_early=True)},
        {"attack": attacks.make("pgd", steps=3, target=1)},
        {"epsilon": 0.2},
        {"seed": 2},
        {"prepare": images.resize},
    ],
    ids="-".join,
)
def test_another_setting_is_another_question(
    judge: Classifier, dataset: Dataset, more: dict[str, Any]
) -> None:
    assert _sha256(_task(judge, **more), dataset) != _sha256(_task(judge), dataset)


def test_a_question_knows_whether_its_pictures_are_cropped(
    judge: Classifier, dataset: Dataset
) -> None:
    for prepare, cropped in ((faces.cropped, True), (images.resize, False)):
        assert runs.make_question(_task(judge, prepare=prepare), dataset, "d").is_cropped is cropped
    older = runs.Question.of({"preparation": "facemask_core.faces.cropped"})
    assert older.is_cropped


def test_what_no_answer_depends_on_does_not_count(judge: Classifier, dataset: Dataset) -> None:
    clean = _sha256(_task(judge, attack=None), dataset)
    assert _sha256(_task(judge, attack=None, seed=2), dataset) == clean


Change = Callable[[pytest.MonkeyPatch], None]


@pytest.mark.parametrize(
    "change",
    [
        lambda patch: patch.setattr(versions, "source_sha256", lambda: "other"),
        lambda patch: patch.setattr(versions, "package_versions", lambda: {"keras": "9"}),
        lambda patch: patch.setattr(backend, "device", lambda _: "another device"),
    ],
    ids=["code", "libraries", "device"],
)
def test_other_code_or_another_device_is_another_question(
    judge: Classifier, dataset: Dataset, monkeypatch: pytest.MonkeyPatch, change: Change
) -> None:
    before = _sha256(_task(judge), dataset)
    change(monkeypatch)
    assert _sha256(_task(judge), dataset) != before


def test_other_files_or_another_order_are_another_question(
    judge: Classifier, dataset: Dataset
) -> None:
    turned = Dataset(dataset.source, dataset.samples[::-1])
    found = [
        _sha256(_task(judge), dataset),
        _sha256(_task(judge), dataset, "e"),
        _sha256(_task(judge), turned),
        _sha256(_task(judge), dataset.take(10)),
    ]
    assert len(set(found)) == len(found)


def test_another_model_is_another_question(judge: Classifier, dataset: Dataset) -> None:
    other = stored_runs.judge()
    other.card = replace(other.card, weights_sha256="1" * 64)
    found = [_sha256(_task(model), dataset) for model in (judge, other, defend(judge, JPEG()))]
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("prepare", [lambda image: image[:16, :16], images.resize.__call__])
def test_a_preparation_that_cannot_be_told_from_others_is_refused(
    judge: Classifier, dataset: Dataset, prepare: Any
) -> None:
    with pytest.raises(RunStoreError, match="function of the lab"):
        runs.make_question(_task(judge, prepare=prepare), dataset, "d")
