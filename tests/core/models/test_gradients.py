"""The compiled gradient is the derivative it claims to be."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from small_models import SHAPE, wrapped

from facemask_core import Classifier, attacks, backend
from facemask_core.backend import keras
from facemask_core.models.gradients import ModelFunctions, Tensor


def _margin_gradient(
    model: ModelFunctions, images: Tensor, direction: Tensor
) -> tuple[Tensor, ...]:
    return model.margin_gradient(images, direction)


@pytest.mark.backend(quick=True)
def test_the_gradient_of_a_linear_model_is_its_weights(
    linear: tuple[Classifier, NDArray[np.float32], NDArray[np.float32]], faces: NDArray[np.float32]
) -> None:
    classifier, weights, _ = linear
    direction = np.random.default_rng(0).normal(size=(16, 2)).astype(np.float32)
    logits, gradient = classifier.run("gradient", _margin_gradient, faces, direction)
    expected = (direction @ weights.T).reshape(faces.shape)
    np.testing.assert_allclose(gradient, expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(logits, classifier.predict(faces), atol=1e-5)


@pytest.mark.backend(quick=True)
def test_the_gradient_agrees_with_finite_differences(
    curved: Classifier, faces: NDArray[np.float32]
) -> None:
    direction = np.tile(np.array([-1.0, 1.0], np.float32), (16, 1))
    _, gradient = curved.run("gradient", _margin_gradient, faces, direction)
    rng = np.random.default_rng(0)
    for _ in range(10):
        along = rng.normal(size=faces.shape).astype(np.float32)
        step = 1e-3
        ahead = curved.predict((faces + step * along).astype(np.float32))
        behind = curved.predict((faces - step * along).astype(np.float32))
        slope = ((ahead - behind) * direction).sum(axis=1) / (2 * step)
        expected = (gradient * along).reshape(16, -1).sum(axis=1)
        np.testing.assert_allclose(slope, expected, atol=5e-3, rtol=5e-3)


@pytest.mark.backend(quick=True)
def test_images_do_not_influence_each_others_gradient(
    curved: Classifier, faces: NDArray[np.float32]
) -> None:
    direction = np.tile(np.array([-1.0, 1.0], np.float32), (16, 1))
    _, together = curved.run("gradient", _margin_gradient, faces, direction)
    _, alone = curved.run("gradient", _margin_gradient, faces[3:4], direction[3:4])
    np.testing.assert_allclose(together[3], alone[0], atol=1e-6)


@pytest.mark.backend(quick=True)
def test_programs_share_the_trace_of_the_model() -> None:
    """Of an answer one, and of a gradient; JAX traces the model into every program anew."""
    traced: list[None] = []

    class Counting(keras.layers.Layer):
        def call(self, inputs: Tensor) -> Tensor:
            traced.append(None)
            return inputs * 1.0

    pixels = keras.Input(SHAPE)
    flat = keras.layers.Flatten()(Counting()(pixels))
    classifier = wrapped(keras.Model(pixels, keras.layers.Dense(2)(flat)))
    images, labels = np.full((2, *SHAPE), 0.5, np.float32), np.array([0, 1])
    traced.clear()
    classifier.predict(images)
    for name in ("fgsm", "pgd", "mim"):
        attacks.make(name)(classifier, images, labels, epsilon=0.1)
    assert len(traced) == 2 if backend.name() == "tensorflow" else len(traced) > 2
