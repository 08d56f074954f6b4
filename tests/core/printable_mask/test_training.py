"""Training a pattern: against a model whose best pattern is known, and its faults."""

from __future__ import annotations

import numpy as np
import pytest
from masked_faces import wearer
from small_models import judging

from facemask_core import Classifier
from facemask_core.errors import AttackError
from facemask_core.labels import WITH_MASK, WITHOUT_MASK
from facemask_core.pictures.images import INPUT_SIZE
from facemask_core.printable_mask import effect, training
from facemask_core.printable_mask.cloth_pattern import COLUMNS, ROWS, make_plain
from facemask_core.printable_mask.conditions import IDEAL, draw_conditions
from facemask_core.printable_mask.training import PatternTraining
from facemask_core.printable_mask.worn_pattern import put_on

SHORT = PatternTraining(steps=25, faces=2, first=0.2, smooth=0.0)


def warm_is_bare() -> Classifier:
    """A model that takes blue for a mask and red for skin."""
    kernel = np.zeros((INPUT_SIZE, INPUT_SIZE, 3))
    kernel[..., 0], kernel[..., 2] = -1.0, 1.0
    red = np.zeros((ROWS, COLUMNS, 3), np.float32)
    red[..., 0] = 1.0
    worn = put_on(wearer(), IDEAL)
    plain, warmest = (float((worn.show(it) * kernel).sum()) for it in (make_plain(), red))
    return judging(kernel, (plain + 3 * warmest) / 4)


def test_the_pattern_that_is_best_is_found() -> None:
    pattern = training.train_pattern(warm_is_bare(), [wearer()], SHORT)
    middle = pattern[ROWS // 3 : ROWS // 2, COLUMNS // 3 : -COLUMNS // 3]
    assert middle[..., 0].min() == 1.0, "all red"
    assert middle[..., 2].max() == 0.0, "no blue"
    worn = put_on(wearer(), IDEAL)
    answers = [warm_is_bare().predict(worn.show(it)[None]) for it in (pattern, make_plain())]
    assert [int(it.argmax()) for it in answers] == [WITHOUT_MASK, WITH_MASK]


def test_a_seed_gives_one_pattern() -> None:
    few = PatternTraining(steps=2, faces=2, seed=4)
    first, again = (training.train_pattern(warm_is_bare(), [wearer()], few) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    other = PatternTraining(steps=2, faces=2, seed=5)
    assert (training.train_pattern(warm_is_bare(), [wearer()], other) != first).any()


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"steps": 0}, "from 1 to 10000 steps"),
        ({"faces": 0}, "from 1 to 256 faces"),
        ({"first": float("nan")}, "first step's length"),
        ({"smooth": 2.0}, "smoothness"),
    ],
)
def test_settings_out_of_range_are_refused(settings: dict[str, float], expected: str) -> None:
    with pytest.raises(AttackError, match=expected):
        PatternTraining(**settings)  # type: ignore[arg-type]


def test_without_faces_nothing_is_trained() -> None:
    with pytest.raises(AttackError, match="there is none"):
        training.train_pattern(warm_is_bare(), [], SHORT)


def test_every_face_is_counted_once_under_one_pose() -> None:
    found = effect.measure_effect(warm_is_bare(), [wearer()] * 3, {"plain": make_plain()}, seed=2)
    counts = found["plain"]
    assert counts["all"]["faces"] == 3
    assert counts[effect.name_pose(wearer())]["faces"] == 3
    assert sum(counts[pose]["faces"] for pose in ("left", "ahead", "right")) == 3
    low, high = counts["all"]["interval"]["low"], counts["all"]["interval"]["high"]
    assert low <= counts["all"]["share"] <= high


def test_patterns_are_compared_under_the_same_conditions() -> None:
    same = {"one": make_plain(), "two": make_plain()}
    found = effect.measure_effect(warm_is_bare(), [wearer()] * 4, same, seed=1)
    assert found["one"] == found["two"]
    rng = np.random.default_rng(1)
    picture = put_on(wearer(), draw_conditions(rng)).show(make_plain())
    called = warm_is_bare().predict(picture[None]).argmax() == 0
    assert found["one"]["all"]["called_unmasked"] >= called
