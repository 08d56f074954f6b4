"""Small models whose answers are known, and the shipped one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from small_models import SHAPE, linear_model, wrapped

from facemask_core import Classifier, load_classifier
from facemask_core.backend import keras


@pytest.fixture(scope="session", autouse=True)
def _never_the_users_own_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or writes the store of whoever runs it."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("FACEMASK_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(scope="session")
def linear() -> tuple[Classifier, NDArray[np.float32], NDArray[np.float32]]:
    """A linear model with its weights (192, 2) and bias (2,): attacks on it have closed forms."""
    rng = np.random.default_rng(0)
    weights = rng.normal(size=(int(np.prod(SHAPE)), 2)).astype(np.float32)
    bias = np.array([0.3, -0.2], np.float32)
    return wrapped(linear_model(weights, bias)), weights, bias


@pytest.fixture(scope="session")
def curved() -> Classifier:
    """A small convolutional model with batch norm and dropout, so far from linear."""
    keras.utils.set_random_seed(7)
    pixels = keras.Input(SHAPE)
    hidden = keras.layers.Conv2D(8, 3, padding="same")(pixels)
    hidden = keras.layers.BatchNormalization()(hidden)
    hidden = keras.layers.Activation("tanh")(hidden)
    hidden = keras.layers.Conv2D(8, 3, strides=2, activation="tanh")(hidden)
    hidden = keras.layers.Dropout(0.5)(keras.layers.Flatten()(hidden))
    head = keras.layers.Dense(2)
    classifier = wrapped(keras.Model(pixels, head(hidden)))
    # Both classes have to occur among the test images.
    images = np.random.default_rng(1).uniform(0.3, 0.7, (16, *SHAPE)).astype(np.float32)
    kernel, bias = head.get_weights()
    logits = classifier.predict(images)
    head.set_weights([kernel, bias + np.array([np.median(logits[:, 1] - logits[:, 0]), 0.0])])
    return classifier


@pytest.fixture(scope="session")
def shipped() -> Classifier:
    return load_classifier("mobilenetv3")


@pytest.fixture
def faces() -> NDArray[np.float32]:
    """Sixteen random images well inside the box, so that small attacks are never clipped."""
    return np.random.default_rng(1).uniform(0.3, 0.7, (16, *SHAPE)).astype(np.float32)


@pytest.fixture
def labels() -> NDArray[np.int64]:
    return np.arange(16) % 2
