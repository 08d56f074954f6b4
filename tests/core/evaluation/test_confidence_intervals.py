"""Intervals contain the true value as often as they claim, also with few images."""

from __future__ import annotations

import json

import numpy as np
import pytest

from facemask_core.evaluation import confidence_intervals
from facemask_core.evaluation.confidence_intervals import Interval

DRAWS = 1500


def share_holding(intervals: list[Interval | None], truth: float) -> float:
    held = [found is not None and found.low <= truth <= found.high for found in intervals]
    return float(np.mean(held))


@pytest.mark.parametrize(("truth", "size"), [(0.5, 30), (0.9, 100), (0.98, 650), (0.98, 24)])
def test_the_interval_of_a_share_holds_the_truth_as_often_as_it_says(
    truth: float, size: int
) -> None:
    rng = np.random.default_rng(1)
    found = [confidence_intervals.bound_proportion(rng.random(size) < truth) for _ in range(DRAWS)]
    assert 0.92 <= share_holding(found, truth) <= 0.985


@pytest.mark.parametrize("sizes", [(100, 100), (400, 12), (30, 30)])
def test_the_interval_of_balanced_accuracy_holds_the_truth(sizes: tuple[int, int]) -> None:
    """In a small class that is nearly always right, above all."""
    rng = np.random.default_rng(2)
    recalls = (0.9, 0.97)
    found = [
        confidence_intervals.bound_mean_of_proportions(
            [rng.random(size) < recall for size, recall in zip(sizes, recalls, strict=True)]
        )
        for _ in range(DRAWS)
    ]
    assert 0.93 <= share_holding(found, float(np.mean(recalls))) <= 0.99


def test_the_interval_of_a_mean_holds_the_truth() -> None:
    """Confidences that fall by nothing or by nearly everything, as under an attack."""
    rng = np.random.default_rng(3)
    found = [confidence_intervals.bound_mean(rng.beta(0.4, 0.6, 60)) for _ in range(200)]
    assert 0.9 <= share_holding(found, 0.4) <= 0.99


def test_wilsons_closed_form() -> None:
    """Of 10 images 8 are right; z is the normal distribution's 97.5 % point."""
    z, share, size = 1.959963984540054, 0.8, 10
    centre = (share + z**2 / (2 * size)) / (1 + z**2 / size)
    half = z / (1 + z**2 / size) * np.sqrt(share * (1 - share) / size + z**2 / (4 * size**2))
    interval = confidence_intervals.bound_proportion(np.arange(10) < 8)
    assert interval == Interval(
        pytest.approx(centre - half), pytest.approx(centre + half), "wilson"
    )


def test_equal_groups_halve_the_variance() -> None:
    hits = np.arange(50) < 40
    alone, both = (
        confidence_intervals.bound_proportion(hits),
        confidence_intervals.bound_mean_of_proportions([hits, hits]),
    )
    assert alone is not None
    assert both is not None
    assert 0.8 - both.low == pytest.approx((0.8 - alone.low) / np.sqrt(2))
    assert both.high - 0.8 == pytest.approx((alone.high - 0.8) / np.sqrt(2))


@pytest.mark.parametrize("size", [1, 24, 650])
def test_all_right_is_not_certain(size: int) -> None:
    """Right every time in n images: the truth may be 1, and need not be; all wrong mirrors it."""
    right = confidence_intervals.bound_proportion(np.ones(size, bool))
    wrong = confidence_intervals.bound_proportion(np.zeros(size, bool))
    assert right is not None
    assert wrong is not None
    assert right.high == 1.0
    assert 0 < right.low < 1
    assert (wrong.low, wrong.high) == (0.0, pytest.approx(1 - right.low))


def test_a_class_that_does_not_occur_is_left_out() -> None:
    hits, none = np.arange(9) < 7, np.zeros(0, bool)
    found, alone = (
        confidence_intervals.bound_mean_of_proportions([hits, none]),
        confidence_intervals.bound_proportion(hits),
    )
    assert found is not None
    assert alone is not None
    assert (found.low, found.high) == (pytest.approx(alone.low), pytest.approx(alone.high))


def test_nothing_to_see_gives_no_interval() -> None:
    none = np.zeros(0)
    assert confidence_intervals.bound_proportion(none.astype(bool)) is None
    assert confidence_intervals.bound_mean_of_proportions([none.astype(bool)] * 2) is None
    assert confidence_intervals.bound_mean(none) is None
    assert confidence_intervals.bound_mean(np.array([0.3])) is None
    assert confidence_intervals.bound_mean(np.full(40, 0.3)) is None


def test_the_same_seed_gives_the_same_interval_whatever_fits_into_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    values = np.random.default_rng(4).normal(size=300)
    first = confidence_intervals.bound_mean(values)
    assert confidence_intervals.bound_mean(values) == first
    assert confidence_intervals.bound_mean(values, seed=1) != first
    monkeypatch.setattr(confidence_intervals, "_CELLS", 10)
    assert confidence_intervals.bound_mean(values) == first


def test_the_bootstrap_agrees_with_the_normal_interval_of_a_mean() -> None:
    values = np.random.default_rng(5).normal(0.2, 0.1, 2000)
    interval = confidence_intervals.bound_mean(values)
    assert interval is not None
    half = 1.96 * values.std(ddof=1) / np.sqrt(len(values))
    assert interval.low == pytest.approx(values.mean() - half, abs=half / 10)
    assert interval.high == pytest.approx(values.mean() + half, abs=half / 10)


def test_an_interval_is_fit_for_json() -> None:
    interval = confidence_intervals.bound_proportion(np.array([True, False]))
    assert interval is not None
    record = json.loads(json.dumps(interval.as_dict(), allow_nan=False))
    assert record.keys() == {"low", "high", "method", "level"}
