"""Images that an attack leaves as they are count as robust, and every search says how many."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from small_models import linear_model, wrapped

from facemask_core import attacks, defences, robustness
from facemask_core.data.datasets import Dataset
from facemask_core.models.classifier import Classifier

Prepare = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]
EPSILONS = [2 / 255, 8 / 255]


@pytest.fixture
def constant() -> Classifier:
    """Says the same of every picture, so it has no gradient; of twelve pictures six are right."""
    return wrapped(linear_model(np.zeros((192, 2), np.float32), np.array([1.0, 0.0], np.float32)))


def stated(result: Any) -> dict[str, Any]:
    return dict(json.loads(json.dumps(result.as_dict(), allow_nan=False)))


@pytest.mark.parametrize("name", ["fgsm", "bim", "deepfool"])
def test_an_attack_without_a_gradient_moves_nothing_and_every_search_says_so(
    constant: Classifier, curved: Classifier, pictures: Dataset, small: Prepare, name: str
) -> None:
    attack = attacks.make(name)
    asked: dict[str, Any] = {"epsilon": EPSILONS[1], "prepare": small}
    curve = robustness.measure_robustness_curve(constant, pictures, attack, EPSILONS, prepare=small)
    assert curve.robust_accuracy.tolist() == [0.5, 0.5]
    assert [point["unmoved"] for point in stated(curve)["points"]] == [6, 6]

    matrix = robustness.measure_transfer((constant, curved), pictures, attack, **asked)
    right = matrix.clean_accuracy * len(matrix.labels)
    assert stated(matrix)["unmoved"][0] == right.tolist()

    blurred = [defences.make("blur")]
    comparison = robustness.compare_defences(constant, pictures, attack, blurred, **asked)
    figures = stated(comparison)
    rows = (figures["undefended"], figures["defences"][0]["naive"])
    assert [row["unmoved"] for row in (*rows, figures["defences"][0]["adaptive"])] == [6, 6, 6]


def test_what_an_attack_moves_is_not_counted(
    curved: Classifier, pictures: Dataset, small: Prepare
) -> None:
    attack = attacks.make("fgsm")
    curve = robustness.measure_robustness_curve(curved, pictures, attack, EPSILONS, prepare=small)
    assert curve.unmoved.tolist() == curve.rounded_away.tolist() == [0, 0]
    matrix = robustness.measure_transfer((curved,), pictures, attack, epsilon=0.03, prepare=small)
    assert matrix.unmoved.tolist() == [[0]]


def test_at_an_epsilon_below_half_a_level_rounding_undoes_everything(
    curved: Classifier, pictures: Dataset, small: Prepare
) -> None:
    attack, tiny = attacks.make("fgsm"), 0.4 / 255
    curve = robustness.measure_robustness_curve(
        curved, pictures, attack, [0.0, tiny], prepare=small
    )
    right = round(curve.clean_accuracy * len(curve.fell_at))
    assert (curve.unmoved.tolist(), curve.rounded_away.tolist()) == ([right, 0], [0, right])
    matrix = robustness.measure_transfer((curved,), pictures, attack, epsilon=tiny, prepare=small)
    assert matrix.rounded_away.tolist() == [12]
    comparison = robustness.compare_defences(
        curved, pictures, attack, [defences.make("blur")], epsilon=tiny, prepare=small
    )
    assert comparison.naive_rounded_away == 12
    assert comparison.adaptive_rounded_away.tolist() == [12, 12]


def test_a_sweep_marks_the_notches_at_which_nothing_moved(
    constant: Classifier, curved: Classifier, levels: NDArray[np.uint8]
) -> None:
    attack = attacks.make("fgsm")
    for classifier, unmoved in ((constant, [True, True, True]), (curved, [True, False, False])):
        label = int(classifier.predict(levels[:1] / np.float32(255)).argmax())
        sweep = robustness.sweep_epsilons(classifier, levels[0], label, attack, notches=[0, 1, 2])
        held = ~sweep.fooled
        np.testing.assert_array_equal(sweep.unmoved, held & unmoved)
