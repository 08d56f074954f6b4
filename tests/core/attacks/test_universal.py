"""One noise for every picture, trained on other pictures and exact on a linear model."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from small_models import SHAPE, judging, linear_model, wrapped

from facemask_core import Classifier, attacks
from facemask_core.attacks import universal
from facemask_core.attacks.universal import Universal, add_noise

EPSILON = 0.05


@pytest.fixture
def kernel() -> NDArray[np.float64]:
    """Weights of a linear model, none of which is near 0."""
    rng = np.random.default_rng(3)
    signs: NDArray[np.float64] = rng.choice([-1.0, 1.0], SHAPE)
    return signs * rng.uniform(0.5, 1.0, SHAPE)


@pytest.mark.parametrize("norm", ["linf", "l2"])
@pytest.mark.backend
def test_the_noise_towards_a_class_is_the_steepest_of_a_linear_model(
    kernel: NDArray[np.float64], norm: str
) -> None:
    faces = np.random.default_rng(1).uniform(0.3, 0.7, (40, *SHAPE)).astype(np.float32)
    attack = Universal(norm=norm, target=1, steps=20)
    labels = np.zeros(40, np.int64)
    noise = attack.train(judging(kernel, 1.0), faces, labels, epsilon=EPSILON)
    steepest = np.sign(kernel) if norm == "linf" else kernel / np.linalg.norm(kernel)
    np.testing.assert_allclose(noise, EPSILON * steepest, atol=1e-5)


def test_of_three_noises_the_one_that_fools_most_is_kept(kernel: NDArray[np.float64]) -> None:
    """All faces but two are unmasked and near the boundary; away from their own class is up."""
    faces = np.full((20, *SHAPE), 0.5, np.float32)
    labels = np.arange(20) // 18
    threshold = 0.5 * kernel.sum() + 0.5 * EPSILON * np.abs(kernel).sum()
    classifier = judging(kernel, threshold)
    noise = Universal(steps=10).train(classifier, faces, labels, epsilon=EPSILON)
    fooled = classifier.predict(add_noise(faces, noise)).argmax(axis=1) != labels
    assert fooled.sum() == 18
    assert (np.sign(noise) == np.sign(kernel)).all()


def test_every_picture_gets_the_same_noise_which_is_trained_once(
    curved: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained, train = [], Universal.train

    def count(*args: object, **options: object) -> NDArray[np.float32]:
        trained.append(options)
        return train(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Universal, "train", count)
    attack = attacks.make("universal", steps=4)
    pictures = np.random.default_rng(2).uniform(0.3, 0.7, (4, *SHAPE)).astype(np.float32)
    batches = [
        attack(curved, part, np.arange(2), epsilon=EPSILON, seed=7)
        for part in np.split(pictures, 2)
    ]
    noises = np.concatenate([batch.images for batch in batches]) - pictures
    np.testing.assert_allclose(noises, np.broadcast_to(noises[:1], noises.shape), atol=1e-6)
    assert len(trained) == 1
    attack(curved, pictures, np.zeros(4, np.int64), epsilon=EPSILON / 2, seed=7)
    assert len(trained) == 2
    assert len(universal._trained[curved]) <= universal._KEPT


def test_a_model_without_gradients_is_named_for_every_picture() -> None:
    size = int(np.prod(SHAPE))
    flat = wrapped(linear_model(np.zeros((size, 2), np.float32), np.zeros(2, np.float32)))
    pictures = np.full((3, *SHAPE), 0.5, np.float32)
    batch = attacks.make("universal", steps=2)(flat, pictures, np.zeros(3, np.int64), epsilon=0.1)
    assert batch.dead_gradients == 3
    np.testing.assert_array_equal(batch.images, pictures)
