"""A sweep over epsilons gives what single attacks give, for less."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from small_models import SHAPE, wrapped

from facemask_core import Classifier, attacks
from facemask_core.attacks.base import leads
from facemask_core.backend import keras
from facemask_core.errors import AttackError

Linear = tuple[Classifier, NDArray[np.float32], NDArray[np.float32]]
EPSILONS = [0.0, 0.01, 0.03, 0.1, 0.25]


@pytest.mark.parametrize("settings", [{}, {"norm": "l2"}, {"target": 1}])
@pytest.mark.backend(quick=True)
def test_fgsm_sweeps_with_a_single_gradient(
    curved: Classifier, faces: NDArray[np.float32], settings: dict
) -> None:
    attack = attacks.make("fgsm", **settings)
    swept = attack.sweep(curved, faces[3], 0, EPSILONS)
    assert swept.gradient_calls.sum() == 1
    for row, epsilon in enumerate(EPSILONS):
        alone = attack(curved, faces[3:4], np.array([0]), epsilon=epsilon)
        np.testing.assert_allclose(swept.images[row], alone.images[0], atol=1e-6)
        np.testing.assert_allclose(swept.logits[row], alone.logits[0], atol=1e-5)
        assert swept.success[row] == alone.success[0]
        assert swept.linf[row] == pytest.approx(alone.linf[0], abs=1e-6)


@pytest.mark.backend(quick=True)
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
        assert swept.success.sum() >= sum(bool(batch.success[0]) for batch in apart)


@pytest.mark.backend
def test_pgd_asks_for_no_gradient_at_epsilon_zero(
    curved: Classifier, faces: NDArray[np.float32]
) -> None:
    label = int(curved.predict(faces[:1]).argmax())
    swept = attacks.make("pgd", steps=4).sweep(curved, faces[0], label, [0.0, 0.0, 0.01, 0.03])
    assert swept.gradient_calls.tolist() == [0, 0, 4, 4]
    for row in (0, 1):
        np.testing.assert_array_equal(swept.images[row], faces[0])
        np.testing.assert_allclose(swept.logits[row], curved.predict(faces[:1])[0], atol=1e-6)
    assert attacks.make("pgd").sweep(curved, faces[0], label, [0.0]).gradient_calls.sum() == 0


@pytest.mark.parametrize("zeros", [0, 1])
@pytest.mark.backend
def test_pgd_makes_the_whole_attack_at_the_smallest_epsilon(
    linear: Linear, faces: NDArray[np.float32], zeros: int
) -> None:
    """With its random start, so the seed counts, and its restarts where the first does not do."""
    classifier, weights, _ = linear
    logits = classifier.predict(faces[:1])[0]
    face, label = faces[0], int(logits.argmax())
    epsilon = 0.4 * float(np.abs(logits[1] - logits[0]) / np.abs(np.diff(weights)).sum())
    radii = [0.0] * zeros + [epsilon, 2 * epsilon]
    # Long steps would end in the same corner of the ball from everywhere.
    attack = attacks.make("pgd", steps=2, restarts=3, step_size=epsilon / 10)
    made = []
    for seed in (0, 1):
        swept = attack.sweep(classifier, face, label, radii, seed=seed)
        alone = attack(classifier, face[None], np.array([label]), epsilon=epsilon, seed=seed)
        np.testing.assert_array_equal(swept.images[zeros], alone.images[0])
        assert swept.gradient_calls[zeros:].tolist() == [6, 2]
        made.append(swept.images[zeros])
    assert not np.array_equal(*made)


@pytest.mark.backend
def test_pgd_keeps_the_clean_image_where_the_attack_makes_it_safer() -> None:
    """On a peak, where every start and every step leads down."""
    pixels = keras.Input(SHAPE)
    score = -keras.ops.mean(keras.ops.abs(pixels - 0.5), axis=(1, 2, 3))[:, None] - 1.0
    peak = wrapped(keras.Model(pixels, keras.ops.concatenate([score * 0.0, score], axis=1)))
    image = np.full(SHAPE, 0.5, np.float32)
    swept = attacks.make("pgd", steps=1).sweep(peak, image, 0, [0.0, 0.1, 0.2])
    assert (np.diff(swept.logits[:, 1]) >= 0).all()
    assert swept.linf.tolist() == [0.0, 0.0, 0.0]


@pytest.mark.backend
def test_a_pgd_sweep_states_where_each_epsilon_starts() -> None:
    attack = attacks.make("pgd")
    stated = attack.sweep_threat_model(0.1, seed=3)
    assert "smallest epsilon" in stated.pop("sweep")
    assert stated == attack.threat_model(0.1, seed=3)
    assert attacks.make("bim").sweep_threat_model(0.1) == attacks.make("bim").threat_model(0.1)


@pytest.mark.backend
def test_pgd_told_to_stop_early_does_so_in_a_sweep(
    curved: Classifier, faces: NDArray[np.float32]
) -> None:
    label = int(curved.predict(faces[:1]).argmax())
    full = attacks.make("pgd", steps=8)
    early = attacks.make("pgd", steps=8, stop_early=True)
    assert full.sweep(curved, faces[0], label, EPSILONS).success[-1]
    swept = early.sweep(curved, faces[0], label, EPSILONS)
    assert swept.success[-1]
    assert swept.gradient_calls[-1] == 1
    assert (np.diff(leads(swept.logits, swept.labels, None)) >= -1e-6).all()


@pytest.mark.parametrize("name", ["bim", "deepfool", "noise"])
@pytest.mark.backend
def test_other_attacks_are_made_at_each_epsilon(
    curved: Classifier, faces: NDArray[np.float32], name: str
) -> None:
    attack = attacks.make(name)
    swept = attack.sweep(curved, faces[0], 1, EPSILONS, seed=4)
    for row, epsilon in enumerate(EPSILONS):
        alone = attack(curved, faces[:1], np.array([1]), epsilon=epsilon, seed=4)
        np.testing.assert_array_equal(swept.images[row], alone.images[0])


@pytest.mark.parametrize("epsilons", [[0.2, 0.1], [-0.1], [2.0], [float("nan")], []])
@pytest.mark.backend
def test_epsilons_that_make_no_sense_are_refused(
    curved: Classifier, faces: NDArray[np.float32], epsilons: list[float]
) -> None:
    with pytest.raises(AttackError, match="psilon"):
        attacks.make("fgsm").sweep(curved, faces[0], 0, epsilons)
