"""Batch norm's statistics are the plain mean over what they are taken from."""

from __future__ import annotations

import numpy as np
import pytest

from facemask_core.backend import keras
from facemask_core.training import batch_statistics
from facemask_core.training.batch_statistics import BatchStatistics
from facemask_core.training.photographs import LabelledBatch


def _batches(count: int, size: int = 6) -> list[LabelledBatch]:
    rng = np.random.default_rng(count)
    labels = np.eye(2, dtype=np.float32)[[0, 1, 0, 1]]
    return [(rng.random((4, size, size, 3), np.float32), labels) for _ in range(count)]


@pytest.fixture
def model() -> keras.Model:
    layers = [keras.Input((None, None, 3)), keras.layers.BatchNormalization(momentum=0.9)]
    return keras.Sequential([*layers, keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(2)])


@pytest.mark.backend
def test_statistics_are_the_plain_mean_over_the_batches(model: keras.Model) -> None:
    statistics, norm = BatchStatistics(model), model.layers[0]
    dense = [np.array(value) for value in model.layers[-1].get_weights()]
    for batches in (_batches(3), _batches(2, size=8)):  # the second call owes the first nothing
        statistics.renew(iter(batches))
        mean = np.mean([pixels.mean(axis=(0, 1, 2)) for pixels, _ in batches], axis=0)
        variance = np.mean([pixels.var(axis=(0, 1, 2)) for pixels, _ in batches], axis=0)
        np.testing.assert_allclose(np.asarray(norm.moving_mean), mean, rtol=1e-5)
        # TensorFlow's fused kernel divides by one less than the number of values.
        np.testing.assert_allclose(np.asarray(norm.moving_variance), variance, rtol=1e-2)
    assert norm.momentum == 0.9
    for before, after in zip(dense, model.layers[-1].get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)


@pytest.mark.backend
def test_without_a_batch_they_stay(model: keras.Model) -> None:
    BatchStatistics(model).renew(iter(()))
    np.testing.assert_array_equal(np.asarray(model.layers[0].moving_mean), 0.0)


@pytest.mark.backend
def test_a_model_is_traced_once_for_each_size(
    model: keras.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    real = model.stateless_call

    def counted(
        trainable: object, others: object, pixels: keras.KerasTensor, **more: bool
    ) -> object:
        sizes.append(pixels.shape[1])
        return real(trainable, others, pixels, **more)

    monkeypatch.setattr(model, "stateless_call", counted)
    statistics = BatchStatistics(model)
    for _ in range(2):
        statistics.renew(iter(_batches(2, size=6)))
    statistics.renew(iter(_batches(1, size=8)))
    assert sizes == [6, 8]


@pytest.mark.backend
def test_a_model_without_batch_norm_asks_for_no_batch() -> None:
    plain = keras.Sequential([keras.Input((4, 4, 3)), keras.layers.Flatten()])
    assert batch_statistics.batch_norms(plain) == []
    BatchStatistics(plain).renew(iter(lambda: pytest.fail("a batch was asked for"), None))
