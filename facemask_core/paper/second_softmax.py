"""A softmax on top of a softmax: the mistake that prints 0.731 where 1 is meant.

With one softmax too many, the surest prediction of two classes, (1, 0), is printed as e / (e + 1).
The classes stay as they are, and so does the sign of the gradient, until numbers underflow: in
float32 half of the gradient through the first softmax is lost once one score leads by about 17,
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
"""The largest confidence of two classes after a second softmax: 0.7311."""


def with_second_softmax(classifier: Classifier, sharpness: float = 1.0) -> Classifier:
    """Makes a model end in a softmax, where the lab expects logits.

    To ask it for probabilities, or to climb cross-entropy on its outputs, applies the second.

    Args:
        classifier: Gives logits; its weights are shared, and it is not changed.
        sharpness: Factor of its logits: the same predictions, with more confidence.

    Returns:
        A classifier whose name says so, so that none of its figures is taken for the model's own.
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


def softmax_twice(logits: NDArray[Any]) -> NDArray[np.float64]:
    """Applies the softmax twice.

    Args:
        logits: Array of shape (n, 2).

    Returns:
        float64 array of shape (n, 2); rows sum to 1, and no value exceeds :data:`LARGEST`.
    """
    return probabilities(probabilities(logits))


def undo_second_softmax(confidence: float) -> float:
    """Turns a confidence after two softmaxes into that after one.

    Args:
        confidence: In the predicted class of two, after two softmaxes: from 1/2 to
            :data:`LARGEST`.

    Returns:
        The confidence after one.
    """
    lead = np.log(confidence / (1.0 - confidence))
    return float((1.0 + lead) / 2.0)
