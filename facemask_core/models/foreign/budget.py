"""The sum of what a model takes, held within the bounds while it is built."""

from __future__ import annotations

import math
from collections.abc import Sequence

from facemask_core.models.foreign import limits
from facemask_core.models.foreign.content import refuse

_SMALLER = "give a smaller model"


class Budget:
    """Weights and multiplications so far."""

    def __init__(self) -> None:
        self._parameters = 0
        self._multiplications = 0
        self._constants = 0

    def add_parameters(self, count: int, name: str) -> None:
        """Counts weights before they take memory.

        Args:
            count: How many a layer has.
            name: What a message calls the layer.

        Raises:
            ForeignModelError: They are more than a model may have.
        """
        self._parameters += count
        if not 0 <= self._parameters <= limits.MOST_PARAMETERS:
            raise refuse(
                f"With {name} the model has more than {limits.MOST_PARAMETERS:,} weights", _SMALLER
            )

    def add_constant(self, count: int, name: str) -> None:
        """Counts numbers that are worked out while the model is built.

        Args:
            count: How many.
            name: What a message calls what makes them.

        Raises:
            ForeignModelError: They are more than any model needs.
        """
        self._constants += count
        if self._constants > 2 * limits.MOST_PARAMETERS:
            raise refuse(f"With {name} the model works out too many constants", _SMALLER)

    def add_output(self, shape: Sequence[int | None], parameters: int, name: str) -> None:
        """Counts the work for a layer's output.

        Args:
            shape: The output's, the batch first.
            parameters: The weights that each of its places takes.
            name: What a message calls the layer.

        Raises:
            ForeignModelError: It is more than one picture may take.
        """
        outputs = math.prod(side or 1 for side in shape[1:])
        positions = math.prod(side or 1 for side in shape[1:-1]) if len(shape) > 2 else 1
        self._multiplications += positions * parameters + outputs
        if outputs > limits.MOST_OUTPUTS or self._multiplications > limits.MOST_MULTIPLICATIONS:
            raise refuse(f"A picture takes more computing than it may, at {name}", _SMALLER)
