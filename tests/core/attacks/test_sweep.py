"""A sweep over epsilons gives what single attacks give, for less."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from facemask_core import Classifier, attacks
from facemask_core.errors import AttackError

EPSILONS = [0.0, 0.01, 0.03, 0.1, 0.25]


@pytest.mark.parametrize("chosen", [{}, {"norm": "l2"}, {"target": 1}])
def test_fgsm_sweeps_with_a_single_gradient(
    curved: Classifier, faces: NDArray[np.float32], chosen: dict
) -> None:
    attack = attacks.make("fgsm", **chosen)
    swept = attack.sweep(curved, faces[3], 0, EPSILONS)
    assert swept.gradient_calls.sum() == 1
    for row, epsilon in enumerate(EPSILONS):
        alone = attack(curved, faces[3:4], np.array([0]), epsilon=epsilon)
        np.testing.assert_allclose(swept.images[row], alone.images[0], atol=1e-6)
        np.testing.assert_allclose(swept.logits[row], alone.logits[0], atol=1e-5)
        assert swept.success[row] == alone.success[0]
        assert swept.linf[row] == pytest.approx(alone.linf[0], abs=1e-6)


def test_pgd_goes_on_from_the_epsilon_before(
    curved: Classifier, faces: NDArray[np.float32]
) -> None:
    attack = attacks.make("pgd", steps=4)
    for image in faces[:6]:
        label = int(curved.predict(image[None]).argmax())
        swept = attack.sweep(curved, image, label, EPSILONS)
        leads = swept.logits[:, 1 - label] - swept.logits[:, label]
        assert (np.diff(leads) >= -1e-6).all(), "never better off at a larger epsilon"
        assert (swept.linf <= np.array(EPSILONS) + 1e-6).all()
        apart = [
            attack(curved, image[None], np.array([label]), epsilon=epsilon) for epsilon in EPSILONS
        ]
        assert swept.success.sum() >= sum(bool(found.success[0]) for found in apart)


@pytest.mark.parametrize("name", ["bim", "deepfool", "noise"])
def test_other_attacks_are_made_at_each_epsilon(
    curved: Classifier, faces: NDArray[np.float32], name: str
) -> None:
    attack = attacks.make(name)
    swept = attack.sweep(curved, faces[0], 1, EPSILONS, seed=4)
    for row, epsilon in enumerate(EPSILONS):
        alone = attack(curved, faces[:1], np.array([1]), epsilon=epsilon, seed=4)
        np.testing.assert_array_equal(swept.images[row], alone.images[0])


@pytest.mark.parametrize("epsilons", [[0.2, 0.1], [-0.1], [2.0], [float("nan")], []])
def test_epsilons_that_make_no_sense_are_refused(
    curved: Classifier, faces: NDArray[np.float32], epsilons: list[float]
) -> None:
    with pytest.raises(AttackError, match="psilon"):
        attacks.make("fgsm").sweep(curved, faces[0], 0, epsilons)
