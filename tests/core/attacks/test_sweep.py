"""A sweep over epsilons gives what single attacks give, for less."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from small_models import SHAPE, wrapped

from facemask_core import Classifier, attacks
from facemask_core.attacks.base import AdversarialBatch, join_parts, leads
from facemask_core.attacks.sweep_order import order_sweep
from facemask_core.attacks.warm_sweep import WarmSweep
from facemask_core.backend import keras
from facemask_core.epsilons import LINF
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
def test_pgd_is_never_weaker_at_a_larger_epsilon_nor_than_an_attack_alone(
    curved: Classifier, faces: NDArray[np.float32]
) -> None:
    attack = attacks.make("pgd", steps=4)
    for image in faces[:6]:
        label = int(curved.predict(image[None]).argmax())
        swept = attack.sweep(curved, image, label, EPSILONS)
        leads = swept.logits[:, 1 - label] - swept.logits[:, label]
        assert (np.diff(leads) >= 0).all()
        assert (swept.linf <= np.array(EPSILONS) + 1e-6).all()
        apart = [
            attack(curved, image[None], np.array([label]), epsilon=epsilon) for epsilon in EPSILONS
        ]
        assert swept.success.sum() >= sum(bool(batch.success[0]) for batch in apart)


@pytest.mark.backend
def test_pgd_takes_few_gradients_for_a_whole_slider(
    curved: Classifier, faces: NDArray[np.float32]
) -> None:
    """Whole attacks at six epsilons, warm starts between them, and none at 0."""
    label = int(curved.predict(faces[:1]).argmax())
    radii = [notch / 255 for notch in range(33)]
    attack = attacks.make("pgd")
    parts = list(attack.sweep_parts(curved, faces[0], label, radii, seed=7))
    assert [part.places[0] for part in parts[:7]] == [0, 4, 8, 16, 2, 32, 1]
    assert sorted(part.places[0] for part in parts) == list(range(33))
    swept = attack.sweep(curved, faces[0], label, radii, seed=7)
    assert swept.gradient_calls.sum() == 199
    assert swept.gradient_calls[[0, 1, 2, 3, 4, 5, 8, 16, 17, 32]].tolist() == [
        *(0, 20, 20, 4, 20, 3, 20, 20, 3, 20)
    ]
    alone = attack(curved, faces[:1], np.array([label]), epsilon=4 / 255, seed=7)
    np.testing.assert_array_equal(swept.images[4], alone.images[0])
    np.testing.assert_array_equal(swept.images[0], faces[0])
    again = attack.sweep(curved, faces[0], label, radii, seed=7)
    np.testing.assert_array_equal(swept.images, again.images)
    assert attack.sweep(curved, faces[0], label, [0.0]).gradient_calls.sum() == 0

    stops = attack.sweep(curved, faces[0], label, [stop / 255 for stop in LINF.stops], seed=7)
    whole = [LINF.stops[row] for row in np.flatnonzero(stops.gradient_calls == 20)]
    assert whole == [1, 2, 4, 8, 16, 32], "the same as of all notches"
    assert stops.gradient_calls.sum() == 151
    np.testing.assert_array_equal(stops.images[4], alone.images[0])


def _row(lead: float, calls: int) -> AdversarialBatch:
    """An answer to one image of class 0, whose pixels say what its lead is."""
    pixels = np.full((1, 2, 2, 3), lead, np.float32)
    return AdversarialBatch(
        images=pixels,
        logits=np.array([[0.0, lead]], np.float32),
        labels=np.array([0]),
        success=np.array([lead > 0]),
        linf=np.zeros(1),
        l2=np.zeros(1),
        iterations=np.array([calls]),
        gradient_calls=np.array([calls]),
        dead=np.array([False]),
    )


def test_a_warm_sweep_mends_a_larger_epsilon_that_fares_worse() -> None:
    """The climb finds at 3 what the whole attack missed at 4; 8 is stronger, and stays."""
    climbs = []

    def climb(start: NDArray[np.float32], epsilon: float, steps: int) -> AdversarialBatch:
        climbs.append((float(start[0, 0, 0, 0]), epsilon, steps))
        return _row(0.5 if epsilon == 3.0 else -1.0, steps)

    whole = {1.0: -0.4, 2.0: -0.3, 4.0: -0.2, 8.0: 0.7}
    sweep = WarmSweep(_row(-0.9, 0), lambda epsilon: _row(whole[epsilon], 20), climb, 20, None)
    parts = list(sweep.compute([float(number) for number in range(9)]))
    assert [part.places[0] for part in parts] == [0, 1, 2, 4, 8, 3, 7, 6, 5]
    assert parts[-1].places == (5, 4, 6, 7)
    joined = join_parts(parts, 9)
    np.testing.assert_allclose(
        joined.logits[:, 1], [-0.9, -0.4, -0.3, 0.5, 0.5, 0.5, 0.5, 0.5, 0.7]
    )
    assert joined.gradient_calls.tolist() == [0, 20, 20, 4, 20, 3, 3, 3, 20]
    starts = [(-0.2, 3.0, 4), (0.7, 7.0, 3), (-0.2, 6.0, 3), (-0.2, 5.0, 3)]
    np.testing.assert_allclose(climbs, starts)


def test_coarse_epsilons_come_first_in_any_list() -> None:
    assert order_sweep([0.0]) == [0]
    assert order_sweep([0.5]) == [0]
    assert order_sweep([0.0, 0.0, 0.5]) == [0, 1, 2]
    assert order_sweep([1.0, 2.0, 3.0, 4.0]) == [0, 1, 3, 2]
    assert order_sweep([0.0, 1.0, 1.0, 8.0, 9.0]) == [0, 3, 1, 4, 2]
    for count in range(40):
        for zeros in range(3):
            epsilons = [0.0] * zeros + [1.0] * count
            assert sorted(order_sweep(epsilons)) == list(range(zeros + count))


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
    assert "a few epsilons" in stated.pop("sweep")
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
    assert swept.gradient_calls[-1] < 8
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
