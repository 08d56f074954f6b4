"""McNemar's test against its closed form, and against models that are equally good."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest

from facemask_core.evaluation import mcnemar
from facemask_core.evaluation.mcnemar import Comparison


def _answers(both: int, only_first: int, only_second: int, neither: int) -> list[np.ndarray]:
    counts = (both, only_first, only_second, neither)
    return [np.repeat(flags, counts) for flags in ([True, True, False, False],
                                                   [True, False, True, False])]  # fmt: skip


@pytest.mark.parametrize(("first", "second"), [(1, 9), (9, 1), (3, 4), (0, 6)])
def test_closed_form(first: int, second: int) -> None:
    """Twice the smaller tail of the binomial distribution with one half."""
    differ = first + second
    tail = sum(comb(differ, count) for count in range(min(first, second) + 1)) / 2**differ
    comparison = mcnemar.compare(*_answers(50, first, second, 5))
    assert comparison == Comparison(first, second, pytest.approx(min(1.0, 2 * tail)))


def test_images_on_which_the_models_agree_do_not_count() -> None:
    few, many = (mcnemar.compare(*_answers(both, 2, 8, 0)) for both in (0, 1000))
    assert few == many


@pytest.mark.parametrize("counts", [(7, 0, 0, 3), (0, 0, 0, 0)])
def test_models_that_never_differ_are_not_told_apart(counts: tuple[int, ...]) -> None:
    assert mcnemar.compare(*_answers(*counts)) == Comparison(0, 0, 1.0)


def test_equally_good_models_are_told_apart_no_more_often_than_promised() -> None:
    rng = np.random.default_rng(0)
    draws = [mcnemar.compare(rng.random(200) < 0.9, rng.random(200) < 0.9) for _ in range(1000)]
    assert np.mean([found.p_value < 0.05 for found in draws]) <= 0.06


def test_answers_to_other_images_are_refused() -> None:
    with pytest.raises(ValueError, match="Not the same images"):
        mcnemar.compare(np.ones(3, bool), np.ones(4, bool))
