"""The base of all backbones: a Keras application with its preprocessing and a two-class head."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from facemask_core import compat
from facemask_core.backend import keras
from facemask_core.downloads import Progress, RemoteFile, fetch
from facemask_core.errors import BackboneError, DownloadError
from facemask_core.labels import LABELS
from facemask_core.pictures.images import INPUT_SIZE


@dataclass(frozen=True)
class Backbone:
    """One entry of the registry.

    Attributes:
        name: The registry's key, as on the command line.
        title: The name as the paper prints it.
        source: The publication of the architecture.
        preprocess: Maps a Keras tensor of pixels in [0, 1] to the application's input.
        application: Builds the headless network: ``(weights, input_shape) -> keras.Model`` with
            global average pooling; weights is None or the path of the ImageNet weights.
        imagenet: The file in which Keras publishes the ImageNet weights; None if there is none.
        initializer: Kernel initialiser for training from random weights, where Keras's default
            does not train.
        learning_rate: Peak learning rate that suits AdamW from random weights.
        min_size: Side in pixels of the smallest square that survives the layers' downsampling.
        fast_dtype: The precision of ``--precision fast``: bfloat16 where that was measured to be
            faster, see :mod:`facemask_core.models.precision`.
        features: Index of the layer whose output is the last convolutional feature map. Counted
            from the end, where the global average pooling is -1; Keras numbers some layers'
            names anew with every network it builds.
    """

    name: str
    title: str
    source: str
    preprocess: Callable[[keras.KerasTensor], keras.KerasTensor]
    application: Callable[[str | None, tuple[int | None, int | None, int]], keras.Model]
    imagenet: RemoteFile | None = None
    initializer: str | None = None
    learning_rate: float = 1e-3
    min_size: int = 32
    fast_dtype: str = "float32"
    features: int = -2

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

    def feature_layer(self, model: keras.Model) -> keras.layers.Layer:
        """Finds the layer whose output is the last convolutional feature map.

        Args:
            model: Built by this entry, perhaps folded, perhaps behind defences.

        Returns:
            A layer of the model's own network; its output has the shape (n, height, width,
            channels).

        Raises:
            BackboneError: The model holds no network of the registry.
        """
        for part in compat.all_layers(model):
            if part.name == "network":
                return part.layers[self.features]
        raise BackboneError(
            f"{model.name} was not built by the registry, so its last feature map is not known."
        )

    def fetch_imagenet(self, progress: Progress = lambda *_: None) -> Path:
        """Downloads the ImageNet weights to Keras's own folder, unless they are there.

        Args:
            progress: Called with the bytes on disk and the bytes in all.

        Returns:
            The file's path, below ``~/.keras`` or ``$KERAS_HOME``.

        Raises:
            BackboneError: There are no ImageNet weights for this network.
            DownloadError: They cannot be fetched.
        """
        if self.imagenet is None:
            raise BackboneError(
                f"{self.title} has no ImageNet weights; start with --init random or a weights file."
            )
        return fetch(self.imagenet, compat.keras_home() / "models", progress)

    def _network(
        self, weights: str | None, shape: tuple[int | None, int | None, int]
    ) -> keras.Model:
        if weights is not None:
            return self._pretrained(shape)
        network = self.application(None, shape)
        if self.initializer:
            _reinitialise(network, self.initializer)
        return network

    def _pretrained(self, shape: tuple[int | None, int | None, int]) -> keras.Model:
        """Builds the network with ImageNet weights."""
        try:
            path = self.fetch_imagenet()
        except DownloadError as error:
            raise BackboneError(
                f"The ImageNet weights of {self.title} could not be fetched: "
                f"{str(error).removesuffix('.')}, or start with --init random or a weights file."
            ) from error
        try:
            return self.application(str(path), shape)
        except (OSError, ValueError, KeyError) as error:
            raise BackboneError(
                f"The ImageNet weights of {self.title} in {path} do not fit the network; delete "
                "the file and run the command again."
            ) from error


def _reinitialise(network: keras.Model, initializer: str) -> None:
    for layer in network.layers:
        if isinstance(layer, keras.layers.Conv2D):
            kernel = layer.kernel
            kernel.assign(keras.initializers.get(initializer)(kernel.shape, kernel.dtype))
