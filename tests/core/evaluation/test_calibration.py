"""Confidence against accuracy: closed forms, bounds, and the definition written out."""

from __future__ import annotations

import json
import math
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from facemask_core.errors import DatasetError
from facemask_core.evaluation import calibration

shares = st.one_of(
    st.floats(0, 1), st.integers(0, calibration.BINS).map(lambda edge: edge / calibration.BINS)
)
answers = st.lists(st.tuples(shares, st.integers(0, 1)), min_size=1, max_size=60)


def table(masked: list[float]) -> NDArray[np.float64]:
    """Probabilities of both classes from those of with_mask."""
    return np.array([[1 - share, share] for share in masked])


def measured(masked: list[float], labels: list[int]) -> calibration.Calibration:
    return calibration.measure_calibration(table(masked), np.array(labels))


# Closed forms


def test_one_who_is_as_often_right_as_he_says_has_no_error() -> None:
    """Nine of ten are right at 0.9, and three of four at 0.75."""
    found = measured([0.9] * 10 + [0.25] * 4, [1] * 9 + [0] + [0] * 3 + [1])
    assert found.expected_calibration_error == pytest.approx(0, abs=1e-12)
    assert found.brier_score == pytest.approx((10 * 0.09 + 4 * 0.1875) / 14)


def test_one_who_is_always_sure_and_right_half_the_time_is_off_by_half() -> None:
    found = measured([1.0, 1.0, 0.0, 0.0], [1, 0, 0, 1])
    assert found.expected_calibration_error == 0.5
    assert found.brier_score == 0.5


def test_one_who_is_sure_and_right_is_perfect() -> None:
    found = measured([1.0, 0.0], [1, 0])
    assert (found.expected_calibration_error, found.brier_score) == (0, 0)


def test_errors_in_two_bins_do_not_cancel() -> None:
    """Too sure by 0.5 on one half, too unsure by 0.4 on the other; the overall gap is 0.05."""
    found = measured([1.0, 1.0, 0.6, 0.6], [1, 0, 1, 1])
    assert found.expected_calibration_error == pytest.approx(0.45)


@pytest.mark.parametrize("label", [0, 1])
def test_one_class_alone_has_its_brier_score(label: int) -> None:
    assert measured([0.8], [label]).brier_score == pytest.approx((0.8 - label) ** 2)


# Bins


def test_the_bins_cover_confidence_from_nothing_to_certainty() -> None:
    bins = measured([0.5], [0]).bins
    assert len(bins) == 15
    assert (bins[0].lower, bins[-1].upper) == (0, 1)
    for before, after in pairwise(bins):
        assert before.upper == after.lower
        assert before.upper - before.lower == pytest.approx(1 / 15)


@pytest.mark.parametrize(
    ("confidence", "index"), [(0.5, 7), (0.6, 8), (0.61, 9), (0.8, 11), (14 / 15, 13), (1.0, 14)]
)
def test_an_upper_edge_belongs_to_its_bin(confidence: float, index: int) -> None:
    """Half lies inside the eighth bin; 3/5, 4/5 and 14/15 are edges."""
    counts = [entry.count for entry in measured([confidence], [1]).bins]
    assert counts == [position == index for position in range(15)]


def test_an_empty_bin_has_no_confidence_and_no_accuracy() -> None:
    *empty, full = measured([1.0], [0]).bins
    assert {(entry.count, entry.mean_confidence, entry.accuracy) for entry in empty} == {
        (0, None, None)
    }
    assert (full.count, full.mean_confidence, full.accuracy) == (1, 1.0, 0.0)


def test_nothing_to_measure_is_refused() -> None:
    with pytest.raises(DatasetError, match="one classified image"):
        calibration.measure_calibration(np.empty((0, 2)), np.empty(0, np.int64))


# Whatever a model answers


@given(answers)
def test_the_error_is_a_share_and_every_image_is_counted(rows: list[tuple[float, int]]) -> None:
    masked, labels = map(list, zip(*rows, strict=True))
    found = measured(masked, labels)
    assert 0 <= found.expected_calibration_error <= 1
    assert 0 <= found.brier_score <= 1
    assert sum(entry.count for entry in found.bins) == len(rows)
    for entry in found.bins:
        if entry.count:
            assert entry.lower - 1e-12 <= entry.mean_confidence <= entry.upper + 1e-12
    assert json.loads(json.dumps(found.as_dict(), allow_nan=False)) == found.as_dict()


@given(answers, st.randoms())
def test_the_order_of_the_images_does_not_matter(
    rows: list[tuple[float, int]], chance: Random
) -> None:
    mixed = chance.sample(rows, len(rows))
    found, again = (measured(*map(list, zip(*part, strict=True))) for part in (rows, mixed))
    assert again.expected_calibration_error == pytest.approx(
        found.expected_calibration_error, abs=1e-12
    )
    assert again.brier_score == pytest.approx(found.brier_score, abs=1e-12)
    assert [entry.count for entry in again.bins] == [entry.count for entry in found.bins]


@given(answers)
def test_it_is_the_papers_definition_written_out(rows: list[tuple[float, int]]) -> None:
    """Guo et al. 2017, eqs. 3 and 5, image by image, with exact bounds."""
    total = 0.0
    for index in range(15):
        lower, upper = index / 15, (index + 1) / 15
        hits, confidences = [], []
        for masked, label in rows:
            confidence = max(masked, 1 - masked)
            if lower < confidence <= upper:
                hits.append(int(masked > 1 - masked) == label)
                confidences.append(confidence)
        if hits:
            gap = math.fsum(hits) / len(hits) - math.fsum(confidences) / len(hits)
            total += len(hits) / len(rows) * abs(gap)
    brier = math.fsum((masked - label) ** 2 for masked, label in rows) / len(rows)
    masked, labels = map(list, zip(*rows, strict=True))
    found = measured(masked, labels)
    assert found.expected_calibration_error == pytest.approx(total, abs=1e-12)
    assert found.brier_score == pytest.approx(brier, abs=1e-12)
