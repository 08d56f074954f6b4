"""An attack step by step: its steps are those of the attack itself."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from facemask_core import attacks, robustness
from facemask_core.errors import AttackError
from facemask_core.models.classifier import Classifier, probabilities
from facemask_core.pictures import images

Levels = NDArray[np.uint8]


@pytest.mark.parametrize("name", ["bim", "pgd"])
@pytest.mark.backend
def test_the_way_leads_where_the_attack_does(curved: Classifier, levels: Levels, name: str) -> None:
    attack = attacks.make(name, steps=5)
    label = int(curved.predict(images.to_float(levels[:1])).argmax())
    way = list(
        attack.path(curved, images.to_float(levels[0]), label, epsilon=0.03, seed=2)  # type: ignore[attr-defined]
    )
    assert [int(point.iterations[0]) for point in way[1:]] == [1, 2, 3, 4, 5]
    whole = attack(curved, images.to_float(levels[:1]), np.array([label]), epsilon=0.03, seed=2)
    best = max(
        way[1:], key=lambda point: float(point.logits[0, 1 - label] - point.logits[0, label])
    )
    np.testing.assert_allclose(whole.images, best.images, atol=1e-6)
    np.testing.assert_allclose(whole.logits, best.logits, atol=1e-5)


@pytest.mark.backend
def test_every_step_shows_the_answer_to_the_picture_shown(
    curved: Classifier, levels: Levels
) -> None:
    attack = attacks.make("pgd", steps=4)
    for taken in robustness.follow_attack(curved, levels[0], 0, attack, epsilon=6 / 255, seed=1):
        change = taken.adversarial.astype(int) - levels[0]
        assert np.abs(change).max() <= 6
        answer = probabilities(curved.predict(images.to_float(taken.adversarial[None])))[0]
        np.testing.assert_allclose(taken.probabilities, answer, atol=1e-6)
        assert taken.loss == pytest.approx(-np.log(answer[0]), abs=1e-5)


def test_without_a_random_start_the_way_begins_at_the_picture(
    curved: Classifier, levels: Levels
) -> None:
    first = next(
        robustness.follow_attack(curved, levels[0], 0, attacks.make("bim"), epsilon=6 / 255)
    )
    assert first.number == 0
    np.testing.assert_array_equal(first.adversarial, levels[0])


@pytest.mark.parametrize("name", ["fgsm", "mim", "apgd", "noise"])
def test_what_has_no_steps_to_follow_says_so(curved: Classifier, levels: Levels, name: str) -> None:
    attack = attacks.make(name)
    assert not robustness.has_steps(attack)
    with pytest.raises(AttackError, match="step"):
        robustness.follow_attack(curved, levels[0], 0, attack, epsilon=6 / 255)


@pytest.mark.backend
def test_steps_are_followed_in_l2_as_well(curved: Classifier, levels: Levels) -> None:
    attack = attacks.make("pgd", norm="l2", steps=3)
    way = list(robustness.follow_attack(curved, levels[0], 0, attack, epsilon=1.5))
    assert len(way) == 4
    for taken in way:
        length = np.linalg.norm(taken.adversarial.astype(float) - levels[0]) / 255
        assert length == pytest.approx(1.5, rel=0.1)  # rounding adds or takes a little
