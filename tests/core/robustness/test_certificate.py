"""Certificates against closed forms, and against an attack on the smoothed model."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import norm
from small_models import SHAPE, judging

from facemask_core import Classifier
from facemask_core.data import datasets
from facemask_core.data.datasets import Dataset
from facemask_core.errors import AttackError, DatasetError
from facemask_core.labels import LABELS
from facemask_core.pictures import images
from facemask_core.robustness import certificate, certified_accuracy, smoothed_attack
from facemask_core.robustness.certificate import Smoothing

KERNEL = np.random.default_rng(1).standard_normal(SHAPE)
LENGTH = float(np.linalg.norm(KERNEL))
SMOOTHING = Smoothing(sigma=0.05, samples=2000)
"""So little noise that no pixel between 90 and 166 of 255 reaches an end of the scale."""


def plane(face: NDArray[np.uint8], distance: float) -> Classifier:
    """A linear model whose decision plane lies at a distance from a face; it answers class 1."""
    score = float((images.to_float(face) * KERNEL).sum())
    return judging(KERNEL, score - distance * LENGTH)


@pytest.mark.backend(quick=True)
@pytest.mark.parametrize("deviations", [0.3, 1.0, 2.0])
def test_before_a_plane_the_radius_approaches_the_distance(
    levels: NDArray[np.uint8], deviations: float
) -> None:
    """The smoothed plane is the plane itself, so its distance is the largest true radius."""
    distance = deviations * SMOOTHING.sigma
    found = certificate.certify(plane(levels[0], distance), levels[0], SMOOTHING)
    assert found.label == 1
    assert sum(found.votes) == SMOOTHING.samples
    share = norm.cdf(deviations)
    spread = math.sqrt(share * (1 - share) / SMOOTHING.samples)
    assert found.votes[1] / SMOOTHING.samples == pytest.approx(share, abs=5 * spread)
    assert SMOOTHING.sigma * norm.ppf(share - 9 * spread) < found.radius < distance


@pytest.mark.backend
def test_an_attack_turns_the_answer_beyond_the_plane_and_not_before(
    levels: NDArray[np.uint8],
) -> None:
    distance = 1.5 * SMOOTHING.sigma
    classifier, face = plane(levels[0], distance), levels[0]
    for share, turned in ((0.9, False), (1.1, True)):
        point = smoothed_attack.attack_smoothed(
            classifier, face, 1, share * distance, SMOOTHING, steps=5
        )
        assert np.linalg.norm(point - images.to_float(face)) <= share * distance * (1 + 1e-5)
        assert smoothed_attack.is_turned(classifier, point, 1, SMOOTHING) is turned


def test_on_the_plane_nothing_is_certain(levels: NDArray[np.uint8]) -> None:
    found = certificate.certify(plane(levels[0], 0.0), levels[0], SMOOTHING)
    assert (found.label, found.radius) == (None, 0.0)


@given(st.integers(1, 5000), st.floats(1e-4, 0.4), st.data())
def test_a_radius_is_what_its_votes_bear_out(
    samples: int, failure: float, data: st.DataObject
) -> None:
    """At the bound itself so many votes or more come with exactly the stated probability."""
    smoothing = Smoothing(samples=samples, failure=failure)
    votes = data.draw(st.integers(0, samples))
    radius = smoothing.radius(votes)
    assert 0 <= radius <= smoothing.largest_radius
    if radius > 0:
        from scipy.stats import binom

        lowest = norm.cdf(radius / smoothing.sigma)
        assert binom.sf(votes - 1, samples, lowest) == pytest.approx(failure, rel=1e-6)


def test_noise_is_the_pictures_own_and_the_seeds(levels: NDArray[np.uint8]) -> None:
    classifier = plane(levels[0], 0.02)
    votes = [
        certificate.certify(classifier, levels[0], SMOOTHING, seed=seed).votes for seed in (0, 0, 1)
    ]
    assert votes[0] == votes[1] != votes[2]


def test_a_dataset_counts_what_is_right_and_certain(
    pictures: Dataset, levels: NDArray[np.uint8], small: certified_accuracy.Prepare
) -> None:
    classifier = plane(levels[0], 0.1)
    rows, skipped = certified_accuracy.certify_dataset(
        classifier, pictures, SMOOTHING, prepare=small, check=lambda *_: False
    )
    assert [skip.path for skip in skipped] == ["with_mask/broken.png"]
    alone = {certificate.certify(classifier, face, SMOOTHING) for face in levels}
    assert {row.certificate for row in rows} == alone
    for entry in certified_accuracy.share_by_radius(rows):
        hits = [
            row.certificate.label == row.label and row.certificate.radius >= entry["radius"]
            for row in rows
        ]
        assert entry["accuracy"] == pytest.approx(np.mean(hits))
        assert entry["interval"]["low"] <= entry["accuracy"] <= entry["interval"]["high"]


def test_a_dataset_without_a_picture_is_refused(tmp_path: Path) -> None:
    for name in LABELS:
        (tmp_path / name).mkdir()
        (tmp_path / name / "broken.png").write_bytes(b"no picture")
    broken, classifier = datasets.open_dataset(tmp_path), plane(np.zeros(SHAPE, np.uint8), 0.1)
    with pytest.raises(DatasetError, match=r"broken\.png"):
        certified_accuracy.certify_dataset(classifier, broken, SMOOTHING)


@pytest.mark.parametrize(
    "settings",
    [{"sigma": 0}, {"sigma": math.nan}, {"samples": 0}, {"failure": 0.5}, {"failure": 0}],
)
def test_what_makes_no_sense_is_refused(settings: dict[str, float]) -> None:
    with pytest.raises(AttackError, match="give"):
        Smoothing(**settings)  # type: ignore[arg-type]
