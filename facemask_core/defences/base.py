"""The base class of defences: a change to the pixels before they reach the model."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar, Self

from facemask_core.backend import keras
from facemask_core.errors import DefenceError
from facemask_core.models.classifier import BUCKETS, Classifier
from facemask_core.models.gradients import Tensor


@dataclass(frozen=True, kw_only=True)
class Defence(ABC):
    """A transformation of pixels with its settings; frozen, so that all visitors share it.

    The first setting is its strength, which a command line gives as in ``jpeg:75``.

    It has no weights, and gradients pass through it. A defence that blocks them only hides from the
    attacker that it does not help (Athalye et al. 2018, arXiv:1802.00420). A random one draws from
    the picture's pixels and a seed of its own (``draws.py``), so that answers can be repeated.
    """

    name: ClassVar[str]
    title: ClassVar[str]

    @property
    @abstractmethod
    def label(self) -> str:
        """Name and strength in a word or two, such as ``JPEG 75``."""

    @property
    def is_random(self) -> bool:
        """Whether the same picture may be transformed otherwise the next time."""
        return False

    @property
    def copies(self) -> int:
        """How many draws of a random defence an answer is the mean of."""
        return 1

    def with_draws(self, draws: int) -> Self:
        """Returns a random defence whose answers are the mean of so many draws; another as it is.

        Args:
            draws: How many.
        """
        return self

    def with_other_draws(self) -> Self:
        """Returns a random defence with draws that an attack on this one has not met.

        Any other defence is returned as it is.
        """
        return self

    @abstractmethod
    def __call__(self, pixels: Tensor) -> Tensor:
        """Transforms images.

        Args:
            pixels: float32 (n, height, width, 3), RGB in [0, 1]; any n and size.

        Returns:
            float32 tensor of the same shape, in [0, 1]; of several copies, those of an image are
            next to each other. Built of keras.ops only, so that it can be traced.
        """

    def layer(self) -> keras.layers.Layer:
        """Makes the defence a layer of a Keras model, in float32 whatever the model computes in."""
        return DefenceLayer(self)

    def statement(self) -> dict[str, Any]:
        """States the settings a reader of this defence's figures needs to know, fit for JSON."""
        return {"defence": self.name, **asdict(self)}


class DefenceLayer(keras.layers.Layer):
    """A defence within a Keras model."""

    def __init__(self, defence: Defence, **options: Any) -> None:
        """Wraps a defence.

        Args:
            defence: The defence to apply.
            **options: Options of every Keras layer.
        """
        # Half a level is less than bfloat16 can tell apart in bright pixels.
        super().__init__(**{"name": defence.name, "dtype": "float32", **options})
        self.defence = defence

    def call(self, pixels: Tensor) -> Tensor:
        """Applies the defence to float32 (n, height, width, 3)."""
        return self.defence(pixels)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns the input's shape, which a defence keeps, with as many images as it makes."""
        count, *shape = input_shape
        return (None if count is None else count * self.defence.copies, *shape)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments for a copy of the layer; the frozen defence is shared."""
        return {**super().get_config(), "defence": self.defence}


class MeanLayer(keras.layers.Layer):
    """The mean over the copies of each image, which are next to each other."""

    def __init__(self, copies: int, **options: Any) -> None:
        """States how many copies there are.

        Args:
            copies: Copies of each image.
            **options: Options of every Keras layer.
        """
        super().__init__(**{"name": "mean_of_draws", "dtype": "float32", **options})
        self.copies = copies

    def call(self, scores: Tensor) -> Tensor:
        """Averages float32 (n * copies, classes) to (n, classes)."""
        return keras.ops.mean(keras.ops.reshape(scores, (-1, self.copies, scores.shape[1])), axis=1)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns the shape of the mean."""
        count, classes = input_shape
        return (None if count is None else count // self.copies, classes)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments for a copy of the layer."""
        return {**super().get_config(), "copies": self.copies}


def defend(classifier: Classifier, defence: Defence) -> Classifier:
    """Puts a defence before a model.

    Attacking the result is the adaptive attack: gradients go through the defence. Adversarial
    examples made on ``classifier`` and tried on the result are the naive one. Where an answer is
    the mean over draws of a random defence, so is the gradient.

    Args:
        classifier: The model to defend, perhaps defended already; not changed.
        defence: The defence that every image passes first.

    Returns:
        A classifier that shares the model's weights. Its card has the same hash, since the weights
        are the same, but a name such as ``mobilenetv3 + JPEG 75``, and none of the metrics, which
        were measured without the defence.
    """
    pixels = keras.Input(classifier.input_shape, dtype="float32", name="pixels")
    scores = classifier.model(defence.layer()(pixels))
    if defence.copies > 1:
        scores = MeanLayer(defence.copies)(scores)
    model = keras.Model(pixels, scores)
    name = f"{classifier.name} + {defence.label}"
    guarded = Classifier(model, replace(classifier.card, name=name, metrics={}))
    guarded.precision = classifier.precision  # the model computes in it already
    guarded.queue, guarded.pace = classifier.queue, classifier.pace
    guarded.limit_rows(BUCKETS[-1] // defence.copies)
    return guarded


def check_whole_number(value: int, what: str, lowest: int, highest: int) -> None:
    """Checks a setting that is a whole number.

    Raises:
        DefenceError: It is no whole number from ``lowest`` to ``highest``.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
        raise DefenceError(
            f"{what} is {value!r}; it must be a whole number from {lowest} to {highest}."
        )
