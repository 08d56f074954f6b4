"""Every registered defence keeps the contract, and each does what it is named after."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import FrozenInstanceError, fields
from typing import Any

import numpy as np
import pytest
from defended_pixels import (
    applied,
    assert_same_answers,
    eight_bit,
    seeds,
    slope,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from small_models import wrapped

from facemask_core import Classifier, attacks, backend, defences
from facemask_core.backend import keras
from facemask_core.data.samples import SAMPLES_DIR
from facemask_core.defences import blur
from facemask_core.errors import DefenceError
from facemask_core.models.classifier import load_classifier
from facemask_core.models.folding import fold_batch_norm
from facemask_core.pictures import images

ops = keras.ops

ASTRONAUT = SAMPLES_DIR / "astronaut.png"

CHOSEN: list[tuple[str, dict[str, Any]]] = [
    ("jpeg", {}),
    ("jpeg", {"quality": 30}),
    ("jpeg", {"quality": 100}),
    ("bit_depth", {}),
    ("bit_depth", {"bits": 1}),
    ("bit_depth", {"bits": 8}),
    ("blur", {}),
    ("blur", {"sigma": 0.3}),
    ("blur", {"sigma": blur.MAX_SIGMA}),
    ("random_resize", {}),
    ("random_resize", {"smallest": 0.5, "seed": 7}),
    ("random_resize", {"smallest": 1.0}),
]
every_defence = pytest.mark.parametrize(
    ("name", "options"), CHOSEN, ids=[f"{name}-{kw}" for name, kw in CHOSEN]
)


# The registry


def test_every_registered_defence_is_under_test() -> None:
    assert {name for name, _ in CHOSEN} == set(defences.names())


@pytest.mark.parametrize("name", defences.names())
def test_the_registry_describes_its_defences(name: str) -> None:
    defence = defences.make(name)
    assert defence.name == name
    assert defence.title
    assert defence.label
    assert defences.get(name).__doc__
    assert defences.settings(name) == tuple(field.name for field in fields(defence))
    stated = defence.statement()
    assert stated["defence"] == name
    assert json.loads(json.dumps(stated)) == stated
    assert set(stated) == {"defence", *defences.settings(name)}
    strength = getattr(defence, defences.settings(name)[0])
    assert defence.label.endswith(f" {strength:g}")
    with pytest.raises(FrozenInstanceError):
        defence.name = "another"  # type: ignore[misc]


def test_an_unknown_defence_is_refused_with_those_there_are() -> None:
    with pytest.raises(DefenceError, match=r"There is no defence 'prayer'; choose one of jpeg"):
        defences.make("prayer")


def test_an_unknown_setting_is_refused_with_those_there_are() -> None:
    with pytest.raises(DefenceError, match="jpeg has no setting bits; it knows quality"):
        defences.make("jpeg", bits=3)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        *[("jpeg", {"quality": value}) for value in (0, 101, -5, 75.0, True, "75")],
        *[("bit_depth", {"bits": value}) for value in (0, 9, 2.5, False)],
        *[("blur", {"sigma": value}) for value in (0.0, -1.0, 16.5, float("nan"), float("inf"))],
        *[("random_resize", {"smallest": value}) for value in (0.49, 1.01, 0.0, float("nan"))],
        *[("random_resize", {"draws": value}) for value in (0, 257, 1.5, True)],
        *[("random_resize", {"seed": value}) for value in (-1, 2**32, 0.5)],
    ],
)
def test_a_value_that_makes_no_sense_is_refused(name: str, options: dict[str, Any]) -> None:
    with pytest.raises(DefenceError) as refusal:
        defences.make(name, **options)
    assert str(refusal.value).endswith(".")
    assert "must" in str(refusal.value)


# Every defence


@every_defence
@pytest.mark.parametrize("size", [(1, 1), (8, 8), (9, 14), (32, 48)])
def test_pixels_of_any_size_stay_pixels(
    name: str, options: dict[str, Any], size: tuple[int, int]
) -> None:
    pixels = np.random.default_rng(0).random((2, *size, 3), dtype=np.float32)
    before = pixels.copy()
    result = applied(defences.make(name, **options), pixels)
    assert result.shape == pixels.shape
    assert result.dtype == np.float32
    assert result.min() >= 0.0
    assert result.max() <= 1.0
    np.testing.assert_array_equal(pixels, before)


@every_defence
@settings(max_examples=10)
@given(seed=seeds, sharpness=st.floats(0.0, 50.0))
def test_pixels_of_any_contrast_stay_pixels(
    name: str, options: dict[str, Any], seed: int, sharpness: float
) -> None:
    noise = np.random.default_rng(seed).normal(size=(2, 32, 48, 3))
    pixels = np.clip(0.5 + sharpness * noise, 0.0, 1.0).astype(np.float32)
    result = applied(defences.make(name, **options), pixels)
    assert result.min() >= 0.0
    assert result.max() <= 1.0


@every_defence
@pytest.mark.parametrize("level", [0.0, 1.0])
def test_black_stays_black_and_white_white(
    name: str, options: dict[str, Any], level: float
) -> None:
    flat = np.full((1, 32, 32, 3), level, np.float32)
    np.testing.assert_allclose(applied(defences.make(name, **options), flat), flat, atol=1e-6)


@every_defence
@pytest.mark.backend
def test_an_image_fares_the_same_again_and_in_company(name: str, options: dict[str, Any]) -> None:
    defence = defences.make(name, **options)
    pixels = eight_bit(1, 3, 32, 48)
    together = applied(defence, pixels)
    np.testing.assert_array_equal(applied(defence, pixels), together)
    assert_same_answers(applied(defence, pixels[1:2])[0], together[1])


@every_defence
@pytest.mark.backend(quick=True)
def test_gradients_pass(name: str, options: dict[str, Any]) -> None:
    pixels = 0.2 + 0.6 * eight_bit(2, 2, 32, 32)
    gradient = slope(defences.make(name, **options), pixels)
    assert np.isfinite(gradient).all()
    assert (np.abs(gradient).max(axis=(1, 2, 3)) > 0).all()


@every_defence
@pytest.mark.backend(quick=True)
def test_gradients_pass_in_black_and_white_as_well(name: str, options: dict[str, Any]) -> None:
    """Where a clip that only mends float error would stop them."""
    for level in (0.0, 1.0):
        gradient = slope(defences.make(name, **options), np.full((1, 16, 16, 3), level, np.float32))
        assert np.isfinite(gradient).all()
        assert np.abs(gradient).max() > 0


@every_defence
@pytest.mark.backend
def test_the_layer_computes_in_float32_within_a_model_that_does_not(
    name: str, options: dict[str, Any]
) -> None:
    defence = defences.make(name, **options)
    pixels = eight_bit(4, 1, 32, 32)
    with backend.layer_precision("bfloat16"):
        layer = defence.layer()
    assert_same_answers(ops.convert_to_numpy(layer(pixels)), applied(defence, pixels))


# A defended classifier


@every_defence
@pytest.mark.backend
def test_a_defended_classifier_answers_to_the_changed_pixels(
    curved: Classifier, faces: NDArray[np.float32], name: str, options: dict[str, Any]
) -> None:
    defence = defences.make(name, **options)
    before = curved.predict(faces)
    card = curved.card
    shielded = defences.defend(curved, defence)
    assert_same_answers(shielded.predict(faces), curved.predict(applied(defence, faces)))
    np.testing.assert_array_equal(curved.predict(faces), before)
    assert curved.card is card
    assert shielded.name == f"test + {defence.label}"
    assert shielded.card.weights_sha256 == card.weights_sha256
    assert shielded.card.metrics == {}
    assert shielded.precision == curved.precision


@pytest.mark.backend
def test_weights_are_shared(curved: Classifier) -> None:
    shielded = defences.defend(curved, defences.make("jpeg"))
    assert [id(item) for item in shielded.model.weights] == [
        id(item) for item in curved.model.weights
    ]


@pytest.mark.backend
def test_defences_stack_the_last_one_first(curved: Classifier, faces: NDArray[np.float32]) -> None:
    few, soft = defences.make("bit_depth", bits=2), defences.make("blur")
    both = defences.defend(defences.defend(curved, few), soft)
    assert both.name == "test + bit depth 2 + blur 1"
    expected = curved.predict(applied(few, applied(soft, faces)))
    assert_same_answers(both.predict(faces), expected)


@pytest.mark.parametrize("copied", [keras.models.clone_model, fold_batch_norm])
@pytest.mark.backend
def test_a_copy_of_the_model_keeps_the_defence(
    curved: Classifier,
    faces: NDArray[np.float32],
    copied: Callable[[keras.Model], keras.Model],
) -> None:
    shielded = defences.defend(curved, defences.make("bit_depth", bits=2))
    copy = copied(shielded.model)
    if copied is keras.models.clone_model:
        copy.set_weights(shielded.model.get_weights())
    result = ops.convert_to_numpy(copy(faces, training=False))
    assert_same_answers(result, shielded.predict(faces))


@pytest.mark.backend
def test_the_shipped_model_can_be_defended_at_full_size() -> None:
    shipped = load_classifier("mobilenetv3", warm_up=False)
    defence = defences.make("blur")
    shielded = defences.defend(shipped, defence)
    assert shielded.name == "mobilenetv3 + blur 1"
    face = images.to_float(images.resize(images.decode(ASTRONAUT.read_bytes())))[None]
    expected = shipped.predict(applied(defence, face))
    np.testing.assert_allclose(shielded.predict(face), expected, atol=1e-3)


# Attacks on a defended classifier


@pytest.fixture(scope="module")
def striped() -> tuple[Classifier, NDArray[np.float32], NDArray[np.int64]]:
    """A linear model of a bright right half and of thin stripes, magenta and green, equally light.

    The stripes weigh more, so an attacker who knows of no defence paints them. Blur takes them
    away, and so does JPEG, which halves the resolution of colour.
    """
    column = np.arange(32)
    thin = np.where(column % 2, 1.0, -1.0)[:, None] * np.array([1.0, -0.413 / 0.587, 1.0])
    half = np.where(column < 16, -1.0, 1.0)[:, None] * np.ones(3)
    kernel = np.broadcast_to(2.0 * thin + half, (32, 32, 3)).ravel() / (32 * 32 * 3)
    pixels = keras.Input((32, 32, 3))
    dense = keras.layers.Dense(2)
    model = keras.Model(pixels, dense(keras.layers.Flatten()(pixels)))
    dense.set_weights([np.stack([-kernel, kernel], axis=1), np.zeros(2)])
    labels = np.arange(8) % 2
    signs = 2.0 * labels - 1.0
    faces = 0.5 + 0.03 * signs[:, None, None, None] * np.broadcast_to(half, (8, 32, 32, 3))
    return wrapped(model), faces.astype(np.float32), labels


@pytest.mark.parametrize(
    ("name", "options"), [("jpeg", {"quality": 30}), ("bit_depth", {"bits": 3}), ("blur", {})]
)
@pytest.mark.parametrize(("attack", "how"), [("fgsm", {}), ("pgd", {"steps": 10})])
@pytest.mark.backend
def test_attacking_through_the_defence_is_at_least_as_strong(
    curved: Classifier,
    faces: NDArray[np.float32],
    labels: NDArray[np.int64],
    name: str,
    options: dict[str, Any],
    attack: str,
    how: dict[str, Any],
) -> None:
    shielded = defences.defend(curved, defences.make(name, **options))
    tried = attacks.make(attack, **how)
    naive = tried(curved, faces, labels, epsilon=0.1)
    adaptive = tried(shielded, faces, labels, epsilon=0.1)
    fooled = shielded.predict(naive.images).argmax(axis=1) != labels
    assert adaptive.success.sum() >= fooled.sum()
    assert_same_answers(adaptive.logits, shielded.predict(adaptive.images))


@pytest.mark.parametrize(("name", "options"), [("jpeg", {}), ("blur", {})])
@pytest.mark.backend
def test_a_defence_that_stops_the_naive_attack_falls_to_the_adaptive_one(
    striped: tuple[Classifier, NDArray[np.float32], NDArray[np.int64]],
    name: str,
    options: dict[str, Any],
) -> None:
    """Athalye et al. 2018: obfuscated gradients give a false sense of security."""
    classifier, faces, labels = striped
    shielded = defences.defend(classifier, defences.make(name, **options))
    np.testing.assert_array_equal(shielded.predict(faces).argmax(axis=1), labels)
    fgsm = attacks.make("fgsm")
    naive = fgsm(classifier, faces, labels, epsilon=0.06)
    assert naive.success.all()
    np.testing.assert_array_equal(shielded.predict(naive.images).argmax(axis=1), labels)
    assert attacks.make("pgd", steps=20)(shielded, faces, labels, epsilon=0.06).success.all()
