"""Where a danger first changes a verdict is where its formula says."""

from __future__ import annotations

import numpy as np
import pytest
from small_models import SHAPE, judging

from facemask_core import attacks, corruptions
from facemask_core.errors import CorruptionError
from facemask_core.robustness import find_first_change, rank_dangers

BRIGHT = judging(np.full(SHAPE, 1 / np.prod(SHAPE)), 0.5)
"""Says "masked" where a picture's mean is above a half."""
FACE = np.full(SHAPE, 153, np.uint8)
"""A mean of 0.6: darker than x0.83 it is unmasked, and an epsilon of 26/255 is enough."""


def test_the_first_change_is_the_first_place_of_the_dial() -> None:
    change = find_first_change(BRIGHT, FACE, corruptions.make("darker"), steps=10)
    # Places are half a strength apart; at 0.5 the factor is 0.75.
    assert (change.share, change.value, change.end) == (0.1, "x0.75", "x0.12")
    finer = find_first_change(BRIGHT, FACE, corruptions.make("darker"), steps=50)
    assert finer.share == pytest.approx(0.08), "x0.8 at strength 0.4; x0.85 at 0.3 is too little"
    assert FACE.min() == FACE.max() == 153


def test_a_verdict_that_changes_back_has_changed() -> None:
    """Says "unmasked" of middling greys alone."""

    class Between:
        """Predicts from the mean, as no linear model can."""

        @staticmethod
        def predict(pixels: np.ndarray) -> np.ndarray:
            middle = np.abs(pixels.mean(axis=(1, 2, 3)) - 0.4) < 0.04
            return np.stack([middle, ~middle], axis=1).astype(np.float32)

    change = find_first_change(Between(), FACE, corruptions.make("darker"), steps=50)  # type: ignore[arg-type]
    assert change.share == pytest.approx(0.12), "x0.7 at strength 0.6, and 0.42"


def test_dangers_are_ranked_by_the_share_of_their_dial() -> None:
    kinds = [corruptions.make(name) for name in ("brighter", "contrast", "darker")]
    calls: list[tuple[int, int]] = []
    ranking = rank_dangers(
        BRIGHT,
        FACE,
        kinds=kinds,
        attacks=[attacks.make("fgsm")],
        progress=lambda *count: calls.append(count),
    )
    assert [change.danger for change in ranking] == ["darker", "fgsm", "brighter", "contrast"]
    assert ranking[1].share == 26 / 32
    assert "26/255" in (ranking[1].value or "")
    assert ranking[2].share is None
    assert ranking[2].value is None
    assert calls[-1] == (4, 4)


def test_a_dial_without_a_place_is_refused() -> None:
    with pytest.raises(CorruptionError, match="at least 1 step; 0 were asked for"):
        find_first_change(BRIGHT, FACE, corruptions.make("noise"), steps=0)
