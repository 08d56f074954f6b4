"""The base class of defences: a change to the pixels before they reach the model."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar

from facemask_core.backend import keras
from facemask_core.errors import DefenceError
from facemask_core.models.classifier import Classifier
from facemask_core.models.gradients import Tensor


@dataclass(frozen=True, kw_only=True)
class Defence(ABC):
    """A transformation of pixels with its settings; frozen, so that all visitors share it.

    The first setting is its strength, which a command line gives as in ``jpeg:75``.

    It has no weights and no randomness, and gradients pass through it. A defence that blocks them
    only hides from the attacker that it does not help (Athalye et al. 2018, arXiv:1802.00420).
    """

    name: ClassVar[str]
    title: ClassVar[str]

    @property
    @abstractmethod
    def label(self) -> str:
        """Name and strength in a word or two, such as ``JPEG 75``."""

    @abstractmethod
    def __call__(self, pixels: Tensor) -> Tensor:
        """Transforms images.

        Args:
            pixels: float32 (n, height, width, 3), RGB in [0, 1]; any n and size.

        Returns:
            float32 tensor of the same shape, in [0, 1]. Built of keras.ops only, so that it can
            be traced.
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
        """Returns the input's shape: a defence keeps it."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments for a copy of the layer; the frozen defence is shared."""
        return {**super().get_config(), "defence": self.defence}


def defend(classifier: Classifier, defence: Defence) -> Classifier:
    """Puts a defence before a model.

    Attacking the result is the adaptive attack: gradients go through the defence. Adversarial
    examples made on ``classifier`` and tried on the result are the naive one.

    Args:
        classifier: The model to defend, perhaps defended already; not changed.
        defence: The defence that every image passes first.

    Returns:
        A classifier that shares the model's weights. Its card has the same hash, since the weights
        are the same, but a name such as ``mobilenetv3 + JPEG 75``, and none of the metrics, which
        were measured without the defence.
    """
    pixels = keras.Input(classifier.input_shape, dtype="float32", name="pixels")
    model = keras.Model(pixels, classifier.model(defence.layer()(pixels)))
    name = f"{classifier.name} + {defence.label}"
    guarded = Classifier(model, replace(classifier.card, name=name, metrics={}))
    guarded.precision = classifier.precision  # the model computes in it already
    guarded.queue, guarded.pace = classifier.queue, classifier.pace
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
