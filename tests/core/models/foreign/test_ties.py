"""Ways that do as well on portraits are told apart by what the file itself says, or stay a tie."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from facemask_core.backend import keras
from facemask_core.labels import WITH_MASK, WITHOUT_MASK
from facemask_core.models.foreign import trial
from facemask_core.models.foreign.front import read_front
from facemask_core.models.foreign.preparation import Preparation, list_preparations

L = keras.layers
SIDE = 32
ORDER = (WITHOUT_MASK, WITH_MASK)
WAYS = list_preparations(SIDE, SIDE, 3)


def make(*before: Any, folded: tuple[str, str] | None = None) -> keras.Model:
    """A network that is never sure, with layers before its convolution.

    Args:
        *before: These layers.
        folded: Pixels of which the convolution makes mean 0 and variance 1 in every channel, as one
            does into which a batch norm was worked.
    """
    start = x = keras.Input((SIDE, SIDE, 3))
    for layer in before:
        x = layer(x)
    convolution = L.Conv2D(16, 3)
    values = convolution(x)
    ready = keras.Model(start, values)
    if folded is not None:
        portraits, _ = trial.read_portraits("face")
        outputs = np.asarray(ready(Preparation(*folded, SIDE, SIDE).apply(portraits)))
        mean, deviation = outputs.mean(axis=(0, 1, 2)), outputs.std(axis=(0, 1, 2))
        kernel, bias = convolution.get_weights()
        convolution.set_weights([kernel / deviation, (bias - mean) / deviation])
    pooled = L.GlobalAveragePooling2D()(L.ReLU()(values))
    scores = L.Dense(2, kernel_initializer="zeros")(pooled)
    return keras.Model(start, scores)


def find(network: keras.Model, ways: Any = WAYS) -> tuple[tuple[str, str], tuple[str, ...], int]:
    finding = trial.find(network, ways, [ORDER])
    return finding.best.usage, finding.settled_by, len(finding.ties)


@pytest.mark.parametrize(
    ("layers", "usage"),
    [
        ([L.Rescaling(1 / 127.5, -1)], ("0..255", "rgb")),
        ([L.Rescaling([4.37, 4.46, 4.44], [-2.12, -2.04, -1.8])], ("0..1", "rgb")),
        ([L.ZeroPadding2D(1), L.Rescaling(2.0, -1)], ("0..1", "rgb")),
        ([L.Normalization(mean=[103.9, 116.8, 123.7], variance=[1.0] * 3)], ("0..255", "bgr")),
    ],
)
def test_a_file_that_prepares_its_pixels_says_what_it_takes(
    layers: list[Any], usage: tuple[str, str]
) -> None:
    assert find(make(*layers)) == (usage, ("front",), 0)


def test_colours_that_are_turned_first_are_counted_in() -> None:
    start = keras.Input((SIDE, SIDE, 3))
    turned = L.Rescaling(1.0, [-103.939, -116.779, -123.68])(start[..., ::-1])
    front = read_front(keras.Model(start, L.Conv2D(2, 3)(turned)))
    assert front is not None
    assert front.turns
    assert front.find_inside(("0..255", "rgb")) == ("imagenet-means", "bgr")
    assert front.find_inside(("0..255", "bgr")) is None
    mixed = keras.Model(start, L.Conv2D(2, 3)(L.Softmax()(start)))
    assert read_front(mixed) is None


@pytest.mark.parametrize("scale", ["-1..1", "0..1", "imagenet-deviations"])
def test_what_a_batch_norm_is_for_tells_where_it_was(scale: str) -> None:
    keras.utils.set_random_seed(1)
    usage, settled_by, ties = find(make(folded=(scale, "rgb")))
    assert usage == (scale, "rgb")
    assert settled_by[0] == "statistics"
    assert ties == 0


def test_a_layer_that_learned_its_pixels_tells_them() -> None:
    portraits, _ = trial.read_portraits("face")
    learned = L.Normalization(mean=portraits.mean((0, 1, 2)) + 0.03, variance=[0.05, 0.05, 0.06])
    assert find(make(learned))[:2] == (("0..1", "rgb"), ("statistics",))


def test_without_any_sign_the_user_is_asked() -> None:
    keras.utils.set_random_seed(2)
    _, settled_by, ties = find(make())
    assert settled_by == ()
    assert ties == len(WAYS) - 1


def test_what_is_usual_settles_a_tie_of_ways_that_answer_alike() -> None:
    keras.utils.set_random_seed(3)
    ways = [Preparation("0..255", order, SIDE, SIDE) for order in ("bgr", "rgb")]
    assert find(make(), ways) == (("0..255", "rgb"), ("convention",), 0)
    both = trial.find(make(), ways, [ORDER], usual=("0..255", "bgr"))
    assert both.best.usage == ("0..255", "bgr")
    assert both.settled_by == ("convention",)


def test_ways_that_answer_otherwise_are_asked() -> None:
    """Surely right on one half of the portraits either way, and surely wrong on the other."""
    start = keras.Input((SIDE, SIDE, 3))
    means = L.GlobalAveragePooling2D()(start)
    kernel = np.array([[-90.0, 90.0], [0.0, 0.0], [90.0, -90.0]])  # red against blue
    scores = L.Dense(2, kernel_initializer=lambda *_, **__: kernel.astype(np.float32))(means)
    ways = [Preparation("0..1", order, SIDE, SIDE) for order in ("bgr", "rgb")]
    assert find(keras.Model(start, scores), ways)[1:] == ((), 1)
