"""The confidence below which a model's answer is no verdict."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from facemask_core.evaluation.unsure import LEAST_IMAGES, MOST_RIGHT, measure_unsure_below
from facemask_core.evaluation.verdicts import Outcome, Verdict, name_outcome

Answers = tuple[NDArray[np.float64], NDArray[np.int64]]


def answers(confidences: NDArray[np.float64], right: NDArray[np.bool_]) -> Answers:
    """Answers of class 1 with these confidences, to pictures of class 1 where they are right."""
    return np.stack([1 - confidences, confidences], axis=1), right.astype(np.int64)


def drawn(seed: int, count: int) -> Answers:
    """Answers that are right as often as their confidence says, in any order."""
    generator = np.random.default_rng(seed)
    confidences = generator.uniform(0.5, 1, count)
    return answers(confidences, generator.uniform(size=count) < confidences)


@pytest.mark.parametrize("seed", range(3))
def test_a_model_that_keeps_its_word_is_unsure_below_three_in_four(seed: int) -> None:
    probabilities, labels = drawn(seed, 50_000)
    assert measure_unsure_below(probabilities, labels) == pytest.approx(0.75, abs=0.04)
    order = np.random.default_rng(seed).permutation(len(labels))
    shuffled = measure_unsure_below(probabilities[order], labels[order])
    assert shuffled == measure_unsure_below(probabilities, labels)


def test_of_unsure_answers_at_most_three_in_four_are_right() -> None:
    for seed in range(20):
        probabilities, labels = drawn(seed, 300)
        threshold = measure_unsure_below(probabilities, labels)
        assert threshold is not None
        below = probabilities.max(axis=1) < threshold
        assert below.sum() >= LEAST_IMAGES
        assert (probabilities.argmax(axis=1) == labels)[below].mean() <= MOST_RIGHT


def test_few_answers_and_good_ones_make_no_threshold() -> None:
    confidences = np.linspace(0.5, 0.6, LEAST_IMAGES - 1)
    assert measure_unsure_below(*answers(confidences, confidences < 0)) is None
    sure = np.linspace(0.5, 1, 200)
    assert measure_unsure_below(*answers(sure, sure > 0)) is None
    assert measure_unsure_below(np.empty((0, 2)), np.empty(0, np.int64)) is None


def verdict(share: float) -> Verdict:
    return Verdict(int(share > 0.5), (1 - share, share), 0.7)


@pytest.mark.parametrize(
    ("before", "after", "outcome"),
    [
        (0.9, 0.1, Outcome.FOOLED),
        (0.9, 0.35, Outcome.UNSURE),
        (0.9, 0.65, Outcome.UNSURE),
        (0.9, 0.8, Outcome.HELD),
        (0.65, 0.1, Outcome.UNSURE),
        (0.35, 0.1, Outcome.UNSURE),
        (0.2, 0.1, Outcome.ALREADY_WRONG),
    ],
)
def test_what_is_unsure_is_never_fooled(before: float, after: float, outcome: Outcome) -> None:
    verdicts = verdict(before), verdict(after)
    assert name_outcome(*verdicts, 1, truth_known=True, moved=True) is outcome
