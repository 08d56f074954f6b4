"""McNemar's test: is one model better than another, or is the difference chance?"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest


@dataclass(frozen=True)
class Comparison:
    """Two models on the same images.

    Attributes:
        only_first: Images that only the first classes rightly.
        only_second: Images that only the second classes rightly.
        p_value: The probability that two equally good models differ at least as much.
    """

    only_first: int
    only_second: int
    p_value: float

    def as_dict(self) -> dict[str, Any]:
        """The comparison, fit for JSON."""
        return asdict(self)


def compare(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> Comparison:
    """Tests whether two models are equally often right on the same images.

    Images that both class rightly or both wrongly do not tell which is better; of the others, two
    equally good models would each have half right (McNemar 1947). The test is the exact binomial
    one and two-sided: good models differ on few images, for which the chi-squared approximation is
    poor.

    Args:
        first: bool (n,), whether the first model classes each image rightly.
        second: bool (n,), the same for the second model, in the same order.

    Returns:
        The comparison; its p-value is 1 where the models differ on no image.

    Raises:
        ValueError: The arrays differ in length, so they cannot be about the same images.
    """
    if first.shape != second.shape:
        raise ValueError(f"Not the same images: {first.shape} and {second.shape} answers.")
    only_first, only_second = int((first & ~second).sum()), int((second & ~first).sum())
    differ = only_first + only_second
    p_value = float(binomtest(only_first, differ).pvalue) if differ else 1.0
    return Comparison(only_first, only_second, p_value)
