"""Grad-CAM: which parts of the last feature map speak for a class."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from facemask_core import backbones, compat
from facemask_core.attacks.base import directions
from facemask_core.backend import keras
from facemask_core.errors import ExplanationError
from facemask_core.explain.base import Explanation
from facemask_core.explain.heat import enlarge, normalise
from facemask_core.labels import WITH_MASK, WITHOUT_MASK
from facemask_core.models.classifier import Classifier
from facemask_core.models.foreign.opening import BACKBONE
from facemask_core.models.gradients import LayerFinder, ModelFunctions, Tensor

ops = keras.ops


@dataclass(frozen=True, kw_only=True)
class GradCAM(Explanation):
    """Selvaraju et al. 2017 (arXiv:1610.02391), eq. 1 and 2, of the margin.

    The map is as coarse as the feature map, from 5 to 14 cells a side, before it is enlarged. What
    speaks for one class speaks against the other, and only the former is shown.
    """

    name: ClassVar[str] = "grad-cam"
    title: ClassVar[str] = "Grad-CAM"
    meaning: ClassVar[str] = (
        "The hotter a patch, the more of what the network sees there speaks for its answer."
    )
    source: ClassVar[str] = "Selvaraju et al. 2017, arXiv:1610.02391"

    def _heat(
        self,
        classifier: Classifier,
        images: NDArray[np.float32],
        labels: NDArray[np.int64] | None,
        seed: int,
    ) -> NDArray[np.float32]:
        logits, evidence = classifier.run(
            "grad-cam",
            partial(_evidence, _choose_finder(classifier.card.backbone)),
            images,
            directions(np.full(len(images), WITHOUT_MASK), None),  # away from it: to the other
        )
        classes = logits.argmax(axis=1) if labels is None else labels
        signs = np.where(classes == WITH_MASK, np.float32(1), np.float32(-1))
        positive = np.maximum(signs[:, None, None] * evidence, 0.0)  # the ReLU of eq. 2
        return normalise(enlarge(positive, classifier.input_shape[:2]))


def _choose_finder(backbone: str) -> LayerFinder:
    """Chooses how the last feature map is found: as the registry says, or the last map there is."""
    return backbones.get(backbone).feature_layer if backbone != BACKBONE else _find_last_map


def _find_last_map(model: keras.Model) -> keras.layers.Layer:
    """Finds the last layer of somebody else's network that gives a map and not a list."""
    (network,) = (part for part in compat.all_layers(model) if part.name == "network")
    maps = [
        layer
        for layer in network.layers
        if len(layer.output.shape) == 4
        and max(layer.output.shape[1:3]) > 1  # some keep what they pooled as a map of one place
        and not isinstance(layer, keras.layers.InputLayer)
    ]
    if not maps:
        raise ExplanationError(
            "This network has no feature map for Grad-CAM; choose another explanation."
        )
    return maps[-1]


def _evidence(
    find: LayerFinder, model: ModelFunctions, images: Tensor, direction: Tensor
) -> tuple[Tensor, ...]:
    """Computes the logits and, before the ReLU, the map (n, height, width) of eq. 2.

    The traced program. With two classes the other's map is the same with the opposite sign, so the
    class need not be known here.
    """
    logits, features, gradient = model.feature_gradient(find, images, direction)
    weights = ops.mean(gradient, axis=(1, 2), keepdims=True)  # eq. 1
    return logits, ops.sum(weights * features, axis=-1)
