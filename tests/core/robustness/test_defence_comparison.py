"""Defences are compared by closed forms: behind a blur, a linear model is another linear model."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from small_models import SHAPE, linear_model, wrapped

from facemask_core import Classifier, attacks, defences, robustness
from facemask_core.backend import keras
from facemask_core.data import datasets
from facemask_core.data.datasets import Dataset
from facemask_core.errors import AttackError
from facemask_core.pictures import images
from facemask_core.robustness import DefenceComparison

Linear = tuple[Classifier, NDArray[np.float32], NDArray[np.float32]]
Prepare = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]

SIZE = int(np.prod(SHAPE))
EPSILON = 6 / 255
BLUR = defences.make("blur", sigma=0.8)


def read(dataset: Dataset, prepare: Prepare) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    batch = next(datasets.stream(dataset, 32, prepare))
    return images.to_float(batch.images), batch.labels


def behind(defence: defences.Defence, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """The weights that a linear model has for the pixels before a linear defence."""
    each_pixel = np.eye(SIZE, dtype=np.float32).reshape(-1, *SHAPE)
    return keras.ops.convert_to_numpy(defence(each_pixel)).reshape(SIZE, SIZE) @ weights


@pytest.mark.backend
def test_blur_fares_as_the_closed_forms_say(
    linear: Linear, pictures: Dataset, small: Prepare
) -> None:
    """FGSM takes epsilon times the own weights' L1 norm off a margin; another's signs take less."""
    classifier, weights, bias = linear
    epsilon = 40 / 255  # all fall without the blur, some behind it, and no pixel is clipped
    pixels, labels = read(pictures, small)
    difference = (weights[:, 1] - weights[:, 0]).astype(np.float64)
    softened = behind(BLUR, difference)
    comparison = robustness.compare_defences(
        classifier, pictures, attacks.make("fgsm"), [BLUR], epsilon=epsilon, prepare=small
    )
    rows = (difference, softened)
    margins = np.stack([pixels.reshape(len(pixels), -1) @ own for own in rows])
    margins = (margins + float(bias[1] - bias[0])) * (2 * labels - 1)
    naive = np.array([[epsilon * own @ np.sign(difference)] for own in rows])
    adaptive = np.array([[epsilon * np.abs(own).sum()] for own in rows])
    np.testing.assert_array_equal(comparison.clean == labels, margins > 0)
    np.testing.assert_array_equal(comparison.naive == labels, margins > naive)
    np.testing.assert_array_equal(comparison.adaptive == labels, margins > adaptive)
    right = (margins > 0).sum(axis=1)
    for loss, accuracy, success in (
        (naive, comparison.naive_accuracy, comparison.naive_success_rate),
        (adaptive, comparison.adaptive_accuracy, comparison.adaptive_success_rate),
    ):
        standing = (margins > loss).sum(axis=1)
        np.testing.assert_allclose(accuracy, standing / len(labels))
        np.testing.assert_allclose(success, 1 - standing / right)
    assert (
        comparison.clean_accuracy[1]
        == comparison.naive_accuracy[1]
        > comparison.adaptive_accuracy[1]
        > 0
    )
    assert [entry.path for entry in comparison.skipped] == ["with_mask/broken.png"]


def test_a_defence_that_changes_nothing_is_worth_nothing(
    linear: Linear, pictures: Dataset, small: Prepare
) -> None:
    """Whole levels lie on the grid that eight bits round to."""
    nothing = defences.make("bit_depth", bits=8)
    comparison = robustness.compare_defences(
        linear[0], pictures, attacks.make("fgsm"), [nothing], epsilon=EPSILON, prepare=small
    )
    for rows in (comparison.clean, comparison.naive, comparison.adaptive):
        np.testing.assert_array_equal(rows[1], rows[0])
    np.testing.assert_array_equal(comparison.naive, comparison.adaptive)


def test_wrong_before_is_an_error_whatever_the_attack_makes_of_it() -> None:
    """Of four images one stands, one falls, one stays wrong, and one is set right by accident."""
    found = DefenceComparison(
        defences=(),
        labels=np.array([1, 1, 0, 0]),
        clean=np.array([[1, 1, 1, 1]]),
        naive=np.array([[1, 0, 1, 0]]),
        adaptive=np.array([[0, 0, 1, 1]]),
        naive_linf=np.array([0.1, 0.1, 0.0, 0.0]),
        adaptive_linf=np.array([[0.1, 0.1, 0.0, 0.0]]),
        dead_gradients=np.array([0]),
        threat_model={},
        skipped=(),
    )
    assert found.clean_accuracy == [1 / 2]
    assert (found.naive_accuracy, found.naive_success_rate) == ([1 / 4], [1 / 2])
    assert (found.adaptive_accuracy, found.adaptive_success_rate) == ([0], [1])
    assert (found.naive_unmoved, found.adaptive_unmoved) == ([0], [0])


@pytest.mark.parametrize("name", ["fgsm", "pgd", "square"])
@pytest.mark.backend
def test_rows_are_what_single_attacks_make(
    curved: Classifier,
    pictures: Dataset,
    small: Prepare,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In batches of five files as in one."""
    attack = attacks.make(name)
    monkeypatch.setattr(attacks.get(name), "batch_size", 5)
    counts: list[tuple[int, int]] = []
    comparison = robustness.compare_defences(
        *(curved, pictures, attack, [BLUR]),
        epsilon=EPSILON,
        seed=2,
        prepare=small,
        progress=lambda done, total: counts.append((done, total)),
    )
    pixels, labels = read(pictures, small)
    shielded = defences.defend(curved, BLUR)
    naive = attack(curved, pixels, labels, epsilon=EPSILON, seed=2)
    adaptive = attack(shielded, pixels, labels, epsilon=EPSILON, seed=2)
    np.testing.assert_array_equal(comparison.labels, labels)
    np.testing.assert_array_equal(comparison.naive[0], naive.predictions)
    np.testing.assert_array_equal(comparison.adaptive[0], naive.predictions)
    np.testing.assert_array_equal(comparison.clean[1], shielded.predict(pixels).argmax(axis=1))
    np.testing.assert_array_equal(
        comparison.naive[1], shielded.predict(naive.images).argmax(axis=1)
    )
    np.testing.assert_array_equal(comparison.adaptive[1], adaptive.predictions)
    assert comparison.threat_model == attack.threat_model(EPSILON, 2)
    assert counts == [(5, 13), (10, 13), (13, 13)]


@pytest.mark.backend
def test_a_random_defence_is_judged_by_draws_that_no_attack_has_met(
    curved: Classifier, pictures: Dataset, small: Prepare
) -> None:
    """And attacked by the mean over draws, by one draw, and by pictures that know nothing of it."""
    resize, attack = {"smallest": 0.5, "seed": 4}, attacks.make("pgd", steps=3)
    comparison = robustness.compare_defences(
        *(curved, pictures, attack, [BLUR, defences.make("random_resize", **resize)]),
        epsilon=EPSILON,
        draws=3,
        prepare=small,
    )
    pixels, labels = read(pictures, small)
    unseen = defences.make("random_resize", smallest=0.5, seed=5, draws=16)
    judge = defences.defend(curved, unseen)
    assert comparison.one_draw is not None
    for draws, found in ((1, comparison.one_draw), (3, comparison.adaptive)):
        known = defences.make("random_resize", **resize, draws=draws)
        made = attack(defences.defend(curved, known), pixels, labels, epsilon=EPSILON).images
        np.testing.assert_array_equal(found[2], judge.predict(made).argmax(axis=1))
    naive = attack(curved, pixels, labels, epsilon=EPSILON).images
    np.testing.assert_array_equal(comparison.naive[2], judge.predict(naive).argmax(axis=1))
    np.testing.assert_array_equal(comparison.clean[2], judge.predict(pixels).argmax(axis=1))
    np.testing.assert_array_equal(comparison.one_draw[:2], comparison.adaptive[:2])
    plain, random = json.loads(json.dumps(comparison.as_dict()))["defences"]
    assert "one_draw" not in plain
    assert random["one_draw"] == {"robust_accuracy": comparison.one_draw_accuracy[2]}
    assert (random["adaptive_draws"], random["judged_draws"]) == (3, 16)


def test_dead_gradients_are_counted_and_the_answer_is_fit_for_json(
    pictures: Dataset, small: Prepare
) -> None:
    """A constant model has none to give, behind a defence as before it."""
    dead = wrapped(linear_model(np.zeros((SIZE, 2), np.float32), np.array([0.0, 1.0], np.float32)))
    soft, few = BLUR, defences.make("bit_depth")
    comparison = robustness.compare_defences(
        dead, pictures, attacks.make("fgsm"), [soft, few], epsilon=EPSILON, prepare=small
    )
    stated = json.loads(json.dumps(comparison.as_dict(), allow_nan=False))
    fared = {"robust_accuracy": 1 / 2, "success_rate": 0.0, "unmoved": 6, "rounded_away": 0}
    assert stated["images"] == 12
    assert stated["undefended"] == {"clean_accuracy": 1 / 2, **fared, "dead_gradients": 12}
    for row, defence in zip(stated["defences"], (soft, few), strict=True):
        assert row == {
            "label": defence.label,
            **defence.statement(),
            "clean_accuracy": 1 / 2,
            "naive": fared,
            "adaptive": {**fared, "dead_gradients": 12},
        }
    assert stated["threat_model"]["epsilon"] == EPSILON
    assert [entry["path"] for entry in stated["skipped"]] == ["with_mask/broken.png"]


def test_without_an_image_right_before_there_is_no_success_rate(
    pictures: Dataset, small: Prepare
) -> None:
    masks = datasets.Dataset(
        pictures.source, tuple(sample for sample in pictures.samples if sample.label == 1)
    )
    never = wrapped(linear_model(np.zeros((SIZE, 2), np.float32), np.array([1.0, 0.0], np.float32)))
    comparison = robustness.compare_defences(
        never, masks, attacks.make("fgsm"), [BLUR], epsilon=EPSILON, prepare=small
    )
    assert np.isnan(comparison.naive_success_rate).all()
    stated = json.loads(json.dumps(comparison.as_dict(), allow_nan=False))
    assert stated["undefended"]["success_rate"] is None
    naive = stated["defences"][0]["naive"]
    assert (naive["robust_accuracy"], naive["success_rate"], naive["unmoved"]) == (0.0, None, 0)


@pytest.mark.parametrize(
    ("name", "chosen", "epsilon", "reason"),
    [
        ("fgsm", {"target": 1}, 0.1, "untargeted"),
        ("fgsm", {}, 2.0, "Epsilon is 2"),
        ("transfer", {}, 0.1, "no notice of defences"),
    ],
)
def test_what_makes_no_sense_is_refused(
    curved: Classifier,
    pictures: Dataset,
    name: str,
    chosen: dict[str, Any],
    epsilon: float,
    reason: str,
) -> None:
    own = {"source": curved} if name == "transfer" else chosen
    with pytest.raises(AttackError, match=reason):
        robustness.compare_defences(
            curved, pictures, attacks.make(name, **own), [BLUR], epsilon=epsilon
        )
