"""The attacks agree with CleverHans, Foolbox and ART on the shipped model.

These are oracles, not run-time dependencies. All three are asked for the same images, labels,
radius, step and number of steps; their loss is cross-entropy on logits where ours is the margin,
which has the same gradient sign with two classes.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from facemask_core import Classifier, attacks, datasets, images, samples

pytestmark = pytest.mark.peers

Attacked = NDArray[np.float32]
PeerPGD = Callable[[Classifier, Attacked, NDArray[np.int64], float, float, int], Attacked]


@pytest.fixture(scope="module")
def portraits(shipped: Classifier) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """The shipped portraits with the model's own answers as labels."""
    batch = next(datasets.stream(datasets.open_dataset(samples.GALLERY_DIR), 24))
    pixels = images.to_float(batch.images)
    return pixels, shipped.predict(pixels).argmax(axis=1)


def _cleverhans(
    model: Classifier,
    pixels: Attacked,
    labels: NDArray[np.int64],
    epsilon: float,
    step: float,
    steps: int,
) -> Attacked:
    import tensorflow as tf
    from cleverhans.tf2.attacks.projected_gradient_descent import projected_gradient_descent

    return projected_gradient_descent(
        lambda tensor: model.model(tensor, training=False),
        tf.constant(pixels),
        epsilon,
        step,
        steps,
        np.inf,
        clip_min=0.0,
        clip_max=1.0,
        y=tf.constant(labels),
        rand_init=False,
        sanity_checks=False,
    ).numpy()


def _foolbox(
    model: Classifier,
    pixels: Attacked,
    labels: NDArray[np.int64],
    epsilon: float,
    step: float,
    steps: int,
) -> Attacked:
    import foolbox
    import tensorflow as tf

    wrapped = foolbox.TensorFlowModel(model.model, bounds=(0, 1))
    attack = foolbox.attacks.LinfPGD(abs_stepsize=step, steps=steps, random_start=False)
    _, clipped, _ = attack(wrapped, tf.constant(pixels), tf.constant(labels), epsilons=epsilon)
    return clipped.numpy()


def _art(
    model: Classifier,
    pixels: Attacked,
    labels: NDArray[np.int64],
    epsilon: float,
    step: float,
    steps: int,
) -> Attacked:
    import tensorflow as tf
    from art.attacks.evasion import ProjectedGradientDescent
    from art.estimators.classification import TensorFlowV2Classifier

    estimator = TensorFlowV2Classifier(
        model=model.model,
        nb_classes=2,
        input_shape=model.input_shape,
        loss_object=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        clip_values=(0.0, 1.0),
    )
    attack = ProjectedGradientDescent(
        estimator, norm=np.inf, eps=epsilon, eps_step=step, max_iter=steps, verbose=False
    )
    return attack.generate(pixels, labels)


PEERS: dict[str, PeerPGD] = {"cleverhans": _cleverhans, "foolbox": _foolbox, "art": _art}


@pytest.mark.parametrize("peer", PEERS)
@pytest.mark.parametrize("level", [2, 8, 16])
def test_fgsm_is_the_peers_fgsm(
    shipped: Classifier,
    portraits: tuple[NDArray[np.float32], NDArray[np.int64]],
    peer: str,
    level: int,
) -> None:
    """One full step without random start: all but 0.1 % of pixels agree to 1e-6."""
    pixels, labels = portraits
    epsilon = level / 255
    expected = PEERS[peer](shipped, pixels, labels, epsilon, epsilon, 1)
    found = attacks.make("fgsm")(shipped, pixels, labels, epsilon=epsilon).images
    assert (np.abs(found - expected) > 1e-6).mean() < 0.001


@pytest.mark.parametrize("peer", PEERS)
def test_pgd_is_no_weaker_than_the_peers(
    shipped: Classifier, portraits: tuple[NDArray[np.float32], NDArray[np.int64]], peer: str
) -> None:
    """The same steps from the same start: as many fooled, and the same path at first."""
    pixels, labels = portraits
    rows = np.arange(len(labels))
    for level, steps in ((2, 3), (2, 10)):
        epsilon = level / 255
        step = 2.5 * epsilon / 10
        ours = attacks.make("pgd", steps=steps, step_size=step, random_start=False)
        found = ours(shipped, pixels, labels, epsilon=epsilon)
        expected = PEERS[peer](shipped, pixels, labels, epsilon, step, steps)
        theirs = shipped.predict(expected)
        # Ours keeps the best point of the path, theirs returns the last one.
        fooled = theirs.argmax(axis=1) != labels
        assert found.success.sum() >= fooled.sum()
        margins = found.logits[rows, 1 - labels] - found.logits[rows, labels]
        peers_margins = theirs[rows, 1 - labels] - theirs[rows, labels]
        assert np.median(margins - peers_margins) > -0.02 * np.abs(peers_margins).mean()
        if steps == 3:
            agreement = np.isclose(found.images, expected, atol=1e-6).mean(axis=(1, 2, 3))
            assert np.median(agreement) > 0.97


def test_fgsm_in_l2_is_cleverhanss_fast_gradient_method(
    shipped: Classifier, portraits: tuple[NDArray[np.float32], NDArray[np.int64]]
) -> None:
    import tensorflow as tf
    from cleverhans.tf2.attacks.fast_gradient_method import fast_gradient_method

    pixels, labels = portraits
    expected = fast_gradient_method(
        lambda tensor: shipped.model(tensor, training=False),
        tf.constant(pixels),
        1.5,
        2,
        clip_min=0.0,
        clip_max=1.0,
        y=tf.constant(labels),
        sanity_checks=False,
    ).numpy()
    found = attacks.make("fgsm", norm="l2")(shipped, pixels, labels, epsilon=1.5).images
    # CleverHans divides by at least 1e-6, so it falls short where cross-entropy's gradient is tiny.
    lengths = np.linalg.norm((expected - pixels).reshape(len(pixels), -1), axis=1)
    comparable = lengths > 1.4
    assert comparable.any()
    np.testing.assert_allclose(found[comparable], expected[comparable], atol=2e-4)


def test_targeted_fgsm_is_cleverhanss(
    shipped: Classifier, portraits: tuple[NDArray[np.float32], NDArray[np.int64]]
) -> None:
    import tensorflow as tf
    from cleverhans.tf2.attacks.fast_gradient_method import fast_gradient_method

    pixels, labels = portraits
    for target in (0, 1):
        expected = fast_gradient_method(
            lambda tensor: shipped.model(tensor, training=False),
            tf.constant(pixels),
            8 / 255,
            np.inf,
            clip_min=0.0,
            clip_max=1.0,
            y=tf.constant(np.full_like(labels, target)),
            targeted=True,
            sanity_checks=False,
        ).numpy()
        attack = attacks.make("fgsm", target=target)
        found = attack(shipped, pixels, labels, epsilon=8 / 255).images
        assert (np.abs(found - expected) > 1e-6).mean() < 0.001
