"""A softmax on top of a softmax: the mistake that prints 0.731 where 1 is meant.

With one softmax too many the surest answer of two classes, (1, 0), is printed as e / (e + 1). The
classes stay as they are, and so does the sign of the gradient, as long as numbers do not run out:
in float32 half of the gradient through the first softmax is lost once one score leads by about 17,
and all of it from about 90 (104, where a processor keeps the tiniest numbers).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemask_core.backend import keras
from facemask_core.models.classifier import Classifier, probabilities

ops = keras.ops

LARGEST = float(np.e / (np.e + 1))
"""What two classes' confidence cannot exceed after a second softmax: 0.7311."""


def with_second_softmax(classifier: Classifier, sharpness: float = 1.0) -> Classifier:
    """Puts a softmax where logits are expected, as a model has that ends in one of its own.

    Whoever asks it for probabilities, or climbs cross-entropy on its answers, applies the second.

    Args:
        classifier: Gives logits; its weights are shared, and it is not changed.
        sharpness: What its logits are multiplied with before: the same answers, more surely given.

    Returns:
        A classifier whose name tells what was done, so that no figure of it is taken for one of
        the model's own.
    """
    pixels = keras.Input(classifier.input_shape)
    scores = classifier.model(pixels)
    # Moving both scores by as much changes no softmax. Without it a compiler that does not round
    # after the multiplication leaves a gradient of rounding errors where there should be none.
    highest = ops.stop_gradient(ops.max(scores, axis=1, keepdims=True))
    model = keras.Model(pixels, ops.softmax((scores - highest) * sharpness))
    model.trainable = False
    name = f"{classifier.name}, softmax twice, scores times {sharpness:g}"
    return Classifier(model, replace(classifier.card, name=name))


def twice(logits: NDArray[Any]) -> NDArray[np.float64]:
    """Applies the softmax twice.

    Args:
        logits: Array of shape (n, 2).

    Returns:
        float64 array of shape (n, 2); rows sum to 1, and no value exceeds :data:`LARGEST`.
    """
    return probabilities(probabilities(logits))


def undone(confidence: float) -> float:
    """Takes the second softmax off a confidence.

    Args:
        confidence: In the predicted class of two, after two softmaxes: from 1/2 to
            :data:`LARGEST`.

    Returns:
        The confidence after one.
    """
    lead = np.log(confidence / (1.0 - confidence))
    return float((1.0 + lead) / 2.0)
