"""A second softmax caps confidence, keeps the classes, and starves the gradient of a sure model."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from small_models import wrapped

from facemask_core import Classifier, attacks
from facemask_core.backend import keras
from facemask_core.models.classifier import probabilities
from facemask_core.paper.second_softmax import LARGEST, softmax_twice, with_second_softmax

Pixels = NDArray[np.float32]
EPSILON = 0.05
CLIMBING = attacks.make("fgsm", loss="cross-entropy")


def test_the_largest_confidence_is_the_one_the_paper_prints() -> None:
    surest = softmax_twice(np.array([[200.0, 0.0], [0.0, 200.0]]))
    assert surest.max() == pytest.approx(LARGEST)
    assert round(LARGEST, 3) == 0.731


def test_the_classes_and_the_bounds_hold_for_any_scores() -> None:
    logits = np.random.default_rng(0).normal(scale=20.0, size=(200, 2))
    once, again = probabilities(logits), softmax_twice(logits)
    assert (once.argmax(axis=1) == again.argmax(axis=1)).all()
    assert again.sum(axis=1) == pytest.approx(1.0)
    assert ((again >= 1 - LARGEST) & (again <= LARGEST)).all()


@pytest.mark.parametrize("sharpness", [1, 4])
@pytest.mark.backend
def test_the_model_behind_answers_with_the_softmax_of_its_scores(
    curved: Classifier, faces: Pixels, sharpness: int
) -> None:
    softened = with_second_softmax(curved, sharpness)
    expected = probabilities(sharpness * curved.predict(faces))
    assert softened.predict(faces) == pytest.approx(expected, abs=1e-5)
    assert softened.name != curved.name
    assert str(sharpness) in softened.name


@pytest.mark.backend
def test_a_model_that_is_not_too_sure_is_attacked_all_the_same(
    curved: Classifier, faces: Pixels
) -> None:
    """The sign of the gradient is what FGSM takes, and no softmax changes it."""
    labels = curved.predict(faces).argmax(axis=1)
    plain = CLIMBING(curved, faces, labels, epsilon=EPSILON)
    found = CLIMBING(with_second_softmax(curved), faces, labels, epsilon=EPSILON)
    assert found.dead_gradients == 0
    same = np.isclose(found.images, plain.images, atol=1e-6)
    assert same.mean() > 0.999, "but for signs of gradients that are all but zero"


@pytest.mark.backend
def test_a_sure_model_has_no_gradient_left(
    linear: tuple[Classifier, NDArray[np.float32], NDArray[np.float32]], faces: Pixels
) -> None:
    """Beyond a lead of 104 float32 knows no number between the softmax and (1, 0)."""
    classifier = linear[0]
    labels = classifier.predict(faces).argmax(axis=1)
    softened = with_second_softmax(classifier, sharpness=10_000)
    found = CLIMBING(softened, faces, labels, epsilon=EPSILON)
    assert found.dead.all()
    assert (found.images == faces).all()


@pytest.mark.backend
def test_a_step_through_it_is_judged_by_the_model_itself(curved: Classifier, faces: Pixels) -> None:
    labels = curved.predict(faces).argmax(axis=1)
    through = attacks.make("transfer", source=with_second_softmax(curved), attack=CLIMBING)
    found = through(curved, faces, labels, epsilon=EPSILON)
    assert found.logits == pytest.approx(curved.predict(found.images))
    stated = through.threat_model(EPSILON)
    assert "softmax twice" in stated["source"]
    assert stated["source_sha256"] == curved.card.weights_sha256


@pytest.mark.backend
def test_weights_are_shared_and_not_changed(faces: Pixels) -> None:
    pixels = keras.Input(faces.shape[1:])
    model = keras.Model(pixels, keras.layers.Dense(2)(keras.layers.Flatten()(pixels)))
    plain = wrapped(model)
    before = plain.predict(faces)
    softened = with_second_softmax(plain)
    softened.predict(faces)
    assert softened.model.count_params() == model.count_params()
    assert (plain.predict(faces) == before).all()
