"""Random resizing: its draws can be repeated, and an answer over several draws is their mean."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from facemask_core import Classifier, attacks, defences
from facemask_core.attacks.base import directions
from facemask_core.backend import keras
from facemask_core.defences.draws import draw_uniform
from facemask_core.models.gradients import ModelFunctions, Tensor

ops = keras.ops

DRAWN = [
    [0.3299643, 0.1792116, 0.4268833],
    [0.5137867, 0.5603835, 0.2120675],
    [0.9529146, 0.1410119, 0.4833125],
    [0.1367370, 0.5221839, 0.2684967],
]
"""The draws of two small pictures, two copies each, under the seed 5."""


def noise(seed: int, count: int, side: int = 16) -> NDArray[np.float32]:
    return np.random.default_rng(seed).random((count, side, side, 3), dtype=np.float32)


def drawn(pixels: NDArray[np.float32], copies: int, seed: int = 0) -> NDArray[np.float32]:
    numbers = draw_uniform(ops.convert_to_tensor(pixels), copies, 3, seed)
    return ops.convert_to_numpy(numbers)


def resized(pixels: NDArray[np.float32], **how: Any) -> NDArray[np.float32]:
    defence = defences.make("random_resize", **how)
    return ops.convert_to_numpy(defence(ops.convert_to_tensor(pixels)))


def gradient_of(classifier: Classifier, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    def program(model: ModelFunctions, points: Tensor, towards: Tensor) -> tuple[Tensor, ...]:
        return (model.margin_gradient(points, towards)[1],)

    towards = directions(np.zeros(len(pixels), np.int64), None)
    return classifier.run("gradient", program, pixels, towards)[0]


@pytest.mark.backend(quick=True)
def test_draws_hang_on_picture_and_seed_and_on_nothing_else() -> None:
    pixels = noise(0, 6)
    once = drawn(pixels, 4)
    assert once.shape == (24, 3)
    assert once.min() >= 0.0
    assert once.max() < 1.0
    for row in range(6):  # in another order, and alone
        np.testing.assert_array_equal(drawn(pixels[row : row + 1], 4), once[4 * row : 4 * row + 4])
    assert len(np.unique(once, axis=0)) == 24
    assert not (drawn(pixels, 4, seed=1) == once).all(axis=1).any()
    changed = pixels.copy()
    changed[:, 3, 5, 1] = np.abs(changed[:, 3, 5, 1] - 1 / 255)
    assert not (drawn(changed, 4) == once).all(axis=1).any()


@pytest.mark.backend
def test_draws_are_the_same_numbers_on_every_backend() -> None:
    """Written down once, so that a report on one backend can be repeated on the other."""
    levels = np.arange(2 * 8 * 8 * 3).reshape(2, 8, 8, 3) % 256
    found = drawn((levels / 255).astype(np.float32), 2, seed=5)
    np.testing.assert_allclose(found, DRAWN, atol=1e-6)


def test_draws_are_spread_evenly() -> None:
    """The mean of 4,000 uniform numbers is within 0.02 of a half but for 1 in 80,000."""
    numbers = drawn(noise(3, 1000, side=4), 4)
    np.testing.assert_allclose(numbers.mean(axis=0), 0.5, atol=0.02)
    np.testing.assert_allclose(numbers.std(axis=0), np.sqrt(1 / 12), atol=0.02)
    assert np.abs(np.corrcoef(numbers.T) - np.eye(3)).max() < 0.07


@settings(max_examples=15)
@given(seed=st.integers(0, 2**32 - 1), smallest=st.floats(0.5, 1.0))
def test_it_is_linear_interpolation_at_the_drawn_places(seed: int, smallest: float) -> None:
    pixels = noise(seed, 1)
    share, top, left = (drawn(pixels, 1, seed=seed)[0]).astype(np.float64)
    share = smallest + (1 - smallest) * share
    centres = np.arange(16) + 0.5
    rows, columns = ((centres - it * (1 - share) * 16) / share - 0.5 for it in (top, left))
    grid = np.meshgrid(rows, columns, indexing="ij")
    expected = [
        map_coordinates(pixels[0, :, :, colour], grid, order=1, mode="nearest")
        for colour in range(3)
    ]
    found = resized(pixels, smallest=smallest, seed=seed)[0]
    np.testing.assert_allclose(found, np.stack(expected, axis=-1), atol=1e-4)


@pytest.mark.backend
def test_without_room_to_shrink_a_picture_stays_as_it_is() -> None:
    pixels = noise(1, 3)
    np.testing.assert_allclose(resized(pixels, smallest=1.0), pixels, atol=1e-6)
    assert not defences.make("random_resize", smallest=1.0).is_random


@pytest.mark.backend(quick=True)
def test_an_answer_and_its_gradient_are_the_means_over_the_draws(
    curved: Classifier, faces: NDArray[np.float32]
) -> None:
    """Expectation over transformation: the copies' own gradients, led back and averaged."""
    several = defences.defend(curved, defences.make("random_resize", draws=5, seed=3))
    copies = resized(faces, draws=5, seed=3)
    scores = curved.predict(copies).reshape(len(faces), 5, 2)
    assert scores.std(axis=1).max() > 1e-3  # else a mean shows nothing
    np.testing.assert_allclose(several.predict(faces), scores.mean(axis=1), atol=1e-4)
    # The mean's slope along any way is that of the five scores, by a small step of the copies.
    gradient, step = gradient_of(several, faces), 1e-2 * noise(9, len(faces), faces.shape[1])
    moved = np.clip(faces + step, 0, 1)
    lifted = resized_as(faces, moved, draws=5, seed=3)
    margins = [
        np.diff(curved.predict(it).reshape(len(faces), 5, 2).mean(axis=1))[:, 0]
        for it in (copies, lifted)
    ]
    along = (gradient * (moved - faces)).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(along, margins[1] - margins[0], rtol=0.15, atol=2e-3)


def resized_as(
    pixels: NDArray[np.float32], others: NDArray[np.float32], **how: Any
) -> NDArray[np.float32]:
    """Resizes other pictures by the draws of these, which is linear in the pixels."""
    defence = defences.make("random_resize", **how)
    numbers = draw_uniform(ops.convert_to_tensor(pixels), defence.copies, 3, how["seed"])
    return ops.convert_to_numpy(defence.resize(ops.convert_to_tensor(others), numbers))


def test_a_model_that_makes_copies_computes_fewer_images_at_once(
    curved: Classifier, faces: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    many = np.concatenate([faces] * 6)
    shielded = defences.defend(curved, defences.make("random_resize", draws=16))
    sizes, call = [], shielded._call

    def record(key: Any, program: Any, batch: list[Any], scalars: Any) -> Any:
        sizes.append(len(batch[0]))
        return call(key, program, batch, scalars)

    monkeypatch.setattr(shielded, "_call", record)
    assert shielded.predict(many).shape == (len(many), 2)
    assert max(sizes) <= 2


@pytest.mark.backend
def test_a_copy_of_the_model_keeps_draws_and_mean(
    curved: Classifier, faces: NDArray[np.float32]
) -> None:
    shielded = defences.defend(curved, defences.make("random_resize", draws=3))
    copy = keras.models.clone_model(shielded.model)
    copy.set_weights(shielded.model.get_weights())
    result = ops.convert_to_numpy(copy(faces, training=False))
    np.testing.assert_allclose(result, shielded.predict(faces), atol=1e-5)


def test_only_a_random_defence_has_other_draws() -> None:
    resize, blur = defences.make("random_resize", seed=2**32 - 1), defences.make("blur")
    assert resize.with_draws(4).copies == 4
    assert resize.with_other_draws().statement()["seed"] == 0
    assert resize.is_random
    assert blur.with_draws(4) is blur.with_other_draws() is blur
    assert not blur.is_random


def test_an_attack_meets_the_same_draws_again(
    curved: Classifier, faces: NDArray[np.float32], labels: NDArray[np.int64]
) -> None:
    shielded = defences.defend(curved, defences.make("random_resize", draws=2))
    tried = attacks.make("pgd", steps=4)
    first, second = (tried(shielded, faces, labels, epsilon=0.05) for _ in range(2))
    np.testing.assert_array_equal(first.images, second.images)
    alone = tried(shielded, faces[:1], labels[:1], epsilon=0.05)
    assert np.isclose(alone.images[0], first.images[0], atol=1e-3).mean() > 0.95
