"""Finds each layer's weights in the file, by the names or the places that Keras gives them."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemask_core.backend import keras
from facemask_core.models.foreign.content import Arrays, FileContent, refuse
from facemask_core.models.foreign.layers import LayerSpec

_OLD_NAMES = {"kernel": ("depthwise_kernel",)}
"""What Keras 2 calls a weight of DepthwiseConv2D."""


class Weights:
    """The weights of a file, by layer."""

    def __init__(self, content: FileContent) -> None:
        """Sorts them.

        Args:
            content: The file.
        """
        self._arrays = content.arrays
        self._by_path = content.layout == "keras"
        self._groups = defaultdict[str, Arrays](dict)
        if not self._by_path:
            for key, array in content.arrays.items():
                layer, _, weight = key.partition("\n")
                self._groups[layer][weight] = array

    def fill(self, spec: LayerSpec, layer: keras.layers.Layer) -> None:
        """Gives a built layer its weights.

        Args:
            spec: The layer as the file describes it.
            layer: The layer, built.

        Raises:
            ForeignModelError: One is missing, of another shape, or not finite.
        """
        for place, variable in enumerate(layer.weights):
            if "int" in variable.dtype:
                continue  # how much Normalization had seen when it was adapted
            array = self._find(spec, layer, place)
            name = f"{variable.name} of the layer {spec.name}"
            if array is None:
                raise refuse(f"The file has no weight {name}", "save the whole model again")
            if tuple(array.shape) != tuple(variable.shape):
                raise refuse(
                    f"The weight {name} has the shape {tuple(array.shape)} where the layer needs "
                    f"{tuple(variable.shape)}",
                    "save the whole model again",
                )
            if not np.isfinite(array).all():
                raise refuse(
                    f"The weight {name} holds numbers that are not finite",
                    "train the model again; it gives no answers",
                )
            variable.assign(array)
        if isinstance(layer, keras.layers.Normalization):
            layer.finalize_state()  # it computes with what it works out of its weights

    def _find(
        self, spec: LayerSpec, layer: keras.layers.Layer, place: int
    ) -> NDArray[np.float32] | None:
        if self._by_path:
            return self._arrays.get(f"{spec.stored}/vars/{place}")
        group = self._groups.get(spec.path[0], {})
        if len(spec.path) == 1 and len(group) == len(layer.weights):
            return list(group.values())[place]
        return self._find_by_name(group, spec, layer.weights[place].name)

    @staticmethod
    def _find_by_name(group: Arrays, spec: LayerSpec, name: str) -> Any:
        """Finds a weight of a layer in a model within the model, such as ``Conv1/kernel:0``.

        Names of layers may have parts themselves, such as ``expanded_conv/squeeze_excite/Conv``,
        and two models within may have layers of one name; the key that agrees furthest is meant,
        with the least before it.
        """
        names = {name, *_OLD_NAMES.get(name, ())}
        path = "/".join(spec.path).split("/")
        found = []
        for key, array in group.items():
            layer, _, weight = key.rpartition("/")
            if weight.partition(":")[0] in names and f"/{layer}".endswith(f"/{spec.path[-1]}"):
                parts = layer.split("/")
                common = _count_common(parts, path)
                found.append(((common, common - len(parts)), array))
        best = max((agreement for agreement, _ in found), default=(0, 0))
        chosen = [array for agreement, array in found if agreement == best]
        return chosen[0] if len(chosen) == 1 else None


def _count_common(names: list[str], path: list[str]) -> int:
    count = 0
    for one, other in zip(reversed(names), reversed(path), strict=False):
        if one != other:
            break
        count += 1
    return count
