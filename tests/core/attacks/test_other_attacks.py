"""Auto-PGD, momentum, the losses, square, noise and transfer: what is particular to each."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from small_models import SHAPE, linear_model, wrapped

from facemask_core import Classifier, attacks
from facemask_core.attacks import apgd, losses
from facemask_core.attacks.base import AdversarialBatch
from facemask_core.backend import keras
from facemask_core.errors import AttackError

Linear = tuple[Classifier, NDArray[np.float32], NDArray[np.float32]]


def _leads(batch: AdversarialBatch) -> NDArray[np.float32]:
    rows = np.arange(len(batch.labels))
    return batch.logits[rows, 1 - batch.labels] - batch.logits[rows, batch.labels]


@pytest.mark.backend
def test_momentum_without_decay_is_the_basic_iterative_method(
    curved: Classifier, faces: NDArray[np.float32], labels: NDArray[np.int64]
) -> None:
    plain = attacks.make("bim", steps=6, step_size=0.02)
    batch = plain(curved, faces, labels, epsilon=0.1)
    forgetful = attacks.make("mim", steps=6, step_size=0.02, decay=0.0)
    np.testing.assert_array_equal(
        forgetful(curved, faces, labels, epsilon=0.1).images, batch.images
    )
    # An iterative attack that ignores its momentum has been published as one with it.
    remembering = attacks.make("mim", steps=6, step_size=0.02, decay=1.0)
    other = remembering(curved, faces, labels, epsilon=0.1).images
    assert np.abs(other - batch.images).max() > 0.01


@pytest.mark.backend(quick=True)
def test_momentum_adds_up_gradients_of_equal_length() -> None:
    """The gradient is long uphill and short downhill; only the lengths' share must not count."""
    pixels = keras.Input(SHAPE)
    total = keras.ops.mean(pixels, axis=(1, 2, 3))[:, None]
    # Rises steeply up to 0.55 and falls slowly beyond it.
    score = keras.ops.minimum(100.0 * (total - 0.55), -0.1 * (total - 0.55))
    model = keras.Model(pixels, keras.ops.concatenate([score * 0.0, score], axis=1))
    start = np.full((1, *SHAPE), 0.5, np.float32)
    attack = attacks.make("mim", steps=3, step_size=0.1, decay=1.0)
    batch = attack(wrapped(model), start, np.array([0]), epsilon=0.5)
    # 0.5 -> 0.6, where the first uphill step and the downhill gradient cancel: it stays there.
    np.testing.assert_allclose(batch.images, 0.6, atol=1e-5)


@pytest.mark.parametrize("norm", ["linf", "l2"])
@pytest.mark.backend
def test_auto_pgd_is_no_weaker_than_pgd_with_the_same_steps(
    curved: Classifier, faces: NDArray[np.float32], norm: str
) -> None:
    right = curved.predict(faces).argmax(axis=1)
    for epsilon in {"linf": (0.02, 0.1), "l2": (0.2, 1.0)}[norm]:
        fixed = attacks.make("pgd", steps=40, norm=norm)(curved, faces, right, epsilon=epsilon)
        own = attacks.make("apgd", steps=40, norm=norm)(curved, faces, right, epsilon=epsilon)
        assert own.success.sum() >= fixed.success.sum()
        assert _leads(own).mean() >= _leads(fixed).mean() - 1e-3


@pytest.mark.backend
def test_auto_pgd_halves_a_step_that_leads_nowhere() -> None:
    """A narrow ridge: steps of twice epsilon jump over it, only shorter ones find its top."""
    pixels = keras.Input(SHAPE)
    total = keras.ops.mean(pixels, axis=(1, 2, 3))[:, None]
    ridge = -keras.ops.abs(total - 0.513)
    model = keras.Model(pixels, keras.ops.concatenate([ridge * 0.0, ridge], axis=1))
    start = np.full((1, *SHAPE), 0.45, np.float32)
    batch = attacks.make("apgd", steps=60)(wrapped(model), start, np.array([0]), epsilon=0.1)
    assert _leads(batch)[0] > -0.002
    coarse = attacks.make("pgd", steps=60, step_size=0.2, random_start=False)
    assert _leads(coarse(wrapped(model), start, np.array([0]), epsilon=0.1))[0] < -0.02


@pytest.mark.backend
def test_auto_pgd_goes_on_from_its_best_point_with_the_gradient_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Algorithm 1 by hand: 0.55 is worse than 0.45, so back; then 0.525, and down to 0.46875."""
    monkeypatch.setattr(apgd, "random_starts", lambda images, *_: np.zeros_like(images))
    pixels = keras.Input(SHAPE)
    ridge = -keras.ops.abs(keras.ops.mean(pixels, axis=(1, 2, 3))[:, None] - 0.47)
    model = keras.Model(pixels, keras.ops.concatenate([ridge * 0.0, ridge], axis=1))
    start = np.full((1, *SHAPE), 0.45, np.float32)
    batch = attacks.make("apgd", steps=3)(wrapped(model), start, np.array([0]), epsilon=0.1)
    np.testing.assert_allclose(batch.images, 0.46875, atol=1e-5)


@pytest.mark.backend
def test_both_losses_go_the_same_way_until_cross_entropy_starves(
    linear: Linear, faces: NDArray[np.float32]
) -> None:
    classifier, weights, bias = linear
    right = classifier.predict(faces).argmax(axis=1)
    margin = attacks.make("fgsm")(classifier, faces, right, epsilon=0.1)
    entropy = attacks.make("fgsm", loss="cross-entropy")
    assert np.abs(_leads(attacks.make("fgsm")(classifier, faces, right, epsilon=0.0))).max() < 80
    np.testing.assert_array_equal(
        entropy(classifier, faces, right, epsilon=0.1).images, margin.images
    )
    confident = wrapped(linear_model(weights * 1e5, bias))
    starved = entropy(confident, faces, right, epsilon=0.1)
    assert starved.dead_gradients > 0
    assert (starved.linf == 0).sum() == starved.dead_gradients
    fed = attacks.make("fgsm")(confident, faces, right, epsilon=0.1)
    np.testing.assert_array_equal(fed.images, margin.images)


@pytest.mark.backend(quick=True)
def test_the_losses_are_cross_entropy_and_its_slope() -> None:
    lead = np.linspace(-20, 20, 41).astype(np.float32)
    for targeted, probability in ((False, 1 / (1 + np.exp(lead))), (True, 1 / (1 + np.exp(-lead)))):
        loss = losses.loss("cross-entropy", targeted=targeted)
        # Untargeted: -log p(true class) is raised. Targeted: -log p(target) is lowered.
        sign = -1.0 if targeted else 1.0
        value = keras.ops.convert_to_numpy(loss.value(lead))
        np.testing.assert_allclose(value, -sign * np.log(probability), rtol=1e-4, atol=1e-6)
        slope = keras.ops.convert_to_numpy(loss.slope(lead))
        np.testing.assert_allclose(slope, 1 - probability, rtol=1e-4, atol=1e-7)


@pytest.mark.backend
def test_dlr_is_refused_with_the_reason() -> None:
    with pytest.raises(AttackError, match="three"):
        attacks.make("apgd", loss="dlr")


@pytest.mark.backend
def test_square_fools_by_answers_alone(curved: Classifier, faces: NDArray[np.float32]) -> None:
    right = curved.predict(faces).argmax(axis=1)
    attack = attacks.make("square", queries=200)
    batch = attack(curved, faces, right, epsilon=0.3)
    assert batch.success.mean() > 0.5
    assert (
        batch.success.sum() > attacks.make("noise")(curved, faces, right, epsilon=0.3).success.sum()
    )
    assert (batch.iterations[~batch.success] == 200).all()
    assert (batch.iterations[batch.success] < 200).any(), "a fallen image is left alone"
    few = attacks.make("square", queries=5)(curved, faces, right, epsilon=0.3)
    assert (_leads(few) <= _leads(batch) + 1e-6)[~batch.success].all()


@pytest.mark.backend
def test_squares_shrink_as_the_queries_go_by() -> None:
    attack = attacks.make("square", queries=10_000, first_area=0.05)
    sides = [attack._side(query, (224, 224)) for query in (1, 11, 51, 201, 501, 2001, 9000)]
    assert sides[0] == 50
    assert sides == sorted(sides, reverse=True)
    assert sides[-1] == 2
    halvings = (10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000)  # the last query before each
    for query in halvings:
        before, after = (attack._side(it, (224, 224)) for it in (query, query + 1))
        assert before > after
        assert attack._side(query - 1, (224, 224)) == before


@pytest.mark.backend
def test_more_draws_of_noise_only_help(curved: Classifier, faces: NDArray[np.float32]) -> None:
    right = curved.predict(faces).argmax(axis=1)
    one = attacks.make("noise", draws=1)(curved, faces, right, epsilon=0.1)
    many = attacks.make("noise", draws=9)(curved, faces, right, epsilon=0.1)
    assert (_leads(many) >= _leads(one)).all()
    assert (_leads(many) > _leads(one)).any()


@pytest.mark.backend
def test_a_transfer_attack_is_made_on_its_source(
    curved: Classifier, linear: Linear, faces: NDArray[np.float32], labels: NDArray[np.int64]
) -> None:
    made_with = attacks.make("pgd", steps=3)
    attack = attacks.make("transfer", source=linear[0], attack=made_with)
    batch = attack(curved, faces, labels, epsilon=0.1, seed=2)
    made = made_with(linear[0], faces, labels, epsilon=0.1, seed=2)
    np.testing.assert_array_equal(batch.images, made.images)
    np.testing.assert_allclose(batch.logits, curved.predict(made.images), atol=1e-6)
    stated = attack.threat_model(0.1)
    assert stated["attack"] == "transfer"
    assert stated["knowledge"] == "another model"
    assert stated["made_with"] == "pgd"
    assert stated["steps"] == 3
    assert stated["source_sha256"] == linear[0].card.weights_sha256
    assert stated["source_precision"] == "exact"
