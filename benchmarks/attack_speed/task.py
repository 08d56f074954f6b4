"""What every contender is given: the same pictures, radius and step."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers import PEERS
from facemask_core import attacks
from facemask_core.attacks.base import directions
from facemask_core.data import datasets, samples
from facemask_core.models.classifier import Classifier
from facemask_core.pictures import images

EPSILON = 8 / 255
STEP = EPSILON / 4
BARE = "bare gradient"
OURS = "ours"
Pgd = Callable[[NDArray[np.float32], NDArray[np.int64]], Any]


def portraits(classifier: Classifier, count: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Shipped pictures, repeated to a batch, with the model's own answers as labels."""
    batch = next(datasets.stream(datasets.open_dataset(samples.GALLERY_DIR), 24))
    pixels = np.resize(images.to_float(batch.images), (count, *classifier.input_shape))
    return pixels, classifier.predict(pixels).argmax(axis=1)


def our_pgd(steps: int) -> attacks.Attack:
    """PGD as the peers run it here: every step, from the image itself."""
    return attacks.make("pgd", steps=steps, step_size=STEP, random_start=False)


def bare_gradient(classifier: Classifier) -> Pgd:
    """One compiled forward and backward pass, and nothing else: what no attack can do without."""
    import tensorflow as tf

    @tf.function(autograph=False)
    def gradient(pixels: Any, towards: Any) -> Any:
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(pixels)
            margin = tf.reduce_sum(classifier.model(pixels, training=False) * towards)
        return tape.gradient(margin, pixels)

    return lambda pixels, labels: gradient(
        tf.constant(pixels), tf.constant(directions(labels, None))
    ).numpy()


def pgd(name: str, classifier: Classifier, steps: int) -> Pgd:
    """PGD by us or by one of the peers, set up once, to be called with images and labels."""
    if name == OURS:
        return partial(our_pgd(steps), classifier, epsilon=EPSILON)
    attack = PEERS[name](classifier.model)
    return lambda pixels, labels: attack(pixels, labels, EPSILON, STEP, steps)
