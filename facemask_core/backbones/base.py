"""What every backbone is: a Keras application behind its preprocessing, with a two-class head."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from facemask_core.backend import keras
from facemask_core.errors import BackboneError
from facemask_core.images import INPUT_SIZE
from facemask_core.labels import LABELS


@dataclass(frozen=True)
class Backbone:
    """One entry of the registry.

    Attributes:
        name: The registry's key and the word used on the command line.
        title: The name as the paper prints it.
        source: Where the architecture was published.
        preprocess: Maps a Keras tensor of pixels in [0, 1] to what the application expects.
        application: Builds the headless network: ``(weights, input_shape) -> keras.Model`` with
            global average pooling.
        initializer: Kernel initialiser for training from random weights, where Keras's own
            default does not start.
    """

    name: str
    title: str
    source: str
    preprocess: Callable[[keras.KerasTensor], keras.KerasTensor]
    application: Callable[[str | None, tuple[int | None, int | None, int]], keras.Model]
    initializer: str | None = None

    def build(
        self, *, input_size: int | None = INPUT_SIZE, weights: str | None = None, dropout: float = 0
    ) -> keras.Model:
        """Builds the network, pixels to logits.

        Args:
            input_size: Side of the square input; None leaves it open, for progressive resizing.
            weights: ``"imagenet"`` to start from Keras's published weights, or None for random.
            dropout: Share of pooled features dropped in training.

        Returns:
            A Keras model from float32 (n, size, size, 3) in [0, 1] to float32 logits (n, 2). The
            order of its weights does not depend on size or dropout.

        Raises:
            BackboneError: ImageNet weights were asked for and cannot be fetched or read.
        """
        shape = (input_size, input_size, 3)
        pixels = keras.Input(shape=shape, dtype="float32", name="pixels")
        network = self._network(weights, shape)
        features = network(self.preprocess(pixels))
        features = keras.layers.Dropout(dropout, name="dropout")(features)
        # Logits stay float32 even under mixed precision: a float16 margin underflows the gradient.
        logits = keras.layers.Dense(len(LABELS), dtype="float32", name="logits")(features)
        return keras.Model(pixels, logits, name=self.name)

    def _network(
        self, weights: str | None, shape: tuple[int | None, int | None, int]
    ) -> keras.Model:
        try:
            network = self.application(weights, shape)
        except Exception as error:
            if weights is None:
                raise
            raise BackboneError(
                f"The ImageNet weights of {self.title} could not be fetched ({error}); connect to "
                "the internet and retry, or start with --init random or a weights file."
            ) from error
        if weights is None and self.initializer:
            _reinitialise(network, self.initializer)
        return network


def _reinitialise(network: keras.Model, initializer: str) -> None:
    for layer in network.layers:
        if isinstance(layer, keras.layers.Conv2D):
            kernel = layer.kernel
            kernel.assign(keras.initializers.get(initializer)(kernel.shape, kernel.dtype))
