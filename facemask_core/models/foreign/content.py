"""What is read from a model's file: text and arrays, nothing that runs."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from facemask_core.errors import ForeignModelError

LABELS_FILE = "labels.txt"
"""A file with a model's class names beside it, as Teachable Machine writes it."""
Arrays = dict[str, NDArray[np.float32]]
ONNX = "onnx"
"""The layout of an ONNX file."""


@dataclass(frozen=True)
class FileContent:
    """A model's file as data.

    Attributes:
        layout: How its arrays are named: ``h5`` by layer and weight, with a line's end between
            them, ``keras`` by the path of each, or ``onnx``, each by its name.
        version: The Keras that wrote it, such as ``2.2.4-tf``; of an ONNX file the version of its
            operators and the program that wrote it.
        architecture: The architecture, JSON.
        training: What it was compiled with, JSON; empty where the file does not say.
        arrays: The weights.
    """

    layout: str
    version: str
    architecture: str
    training: str = ""
    arrays: Arrays = field(default_factory=dict)

    @property
    def origin(self) -> str:
        """What wrote it, such as ``Keras 2.4.0`` or ``ONNX 17, written by pytorch 2.13.0``."""
        return f"{'ONNX' if self.layout == ONNX else 'Keras'} {self.version}"

    @property
    def is_old(self) -> bool:
        """Whether Keras 2 or 1 wrote it, some of whose names mean something else than Keras 3's."""
        return not self.version.startswith("3")


def refuse(what: str, remedy: str) -> ForeignModelError:
    """Makes the error for a file that cannot be used.

    Args:
        what: What is wrong, without a full stop.
        remedy: What to do about it, without a full stop.
    """
    return ForeignModelError(f"{what}; {remedy}.")
