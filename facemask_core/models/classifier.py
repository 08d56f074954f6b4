"""A loaded model with its compiled functions, safe to share between many visitors."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Hashable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemask_core import backend
from facemask_core.backend import keras
from facemask_core.errors import AttackError, CheckpointError, DeviceError, ForeignModelError
from facemask_core.labels import LABELS
from facemask_core.models import checkpoints
from facemask_core.models.batch_rows import join_rows, pad_rows
from facemask_core.models.fair_queue import FairQueue
from facemask_core.models.foreign import opening
from facemask_core.models.foreign.choices import Choices
from facemask_core.models.gradients import ModelFunctions, Program, Tensor, compile_program
from facemask_core.models.loops import Loop, split_loop
from facemask_core.models.pace import Pace
from facemask_core.models.precision import describe_arithmetic, set_precision
from facemask_core.pictures.images import INPUT_SIZE

BUCKETS = backend.batch_sizes() if keras.backend.backend() in backend.SUPPORTED else (32,)
"""Batch sizes that programs are run with; a batch is padded up to the next one."""

_SMALL, _TOGETHER = 5_000_000, 8
"""Of a small model a batch of eight takes half the processor time of its images one by one, so
equal calls of several callers are computed at once. A large one fills the cores with one image: its
batch would let all callers wait for the last image, and save little."""

_log = logging.getLogger(__name__)


class Classifier:
    """A two-class model in pixel space.

    Calls from several threads are computed one batch at a time, in the order of a queue, which
    several models may share: two runs at once would only fight for the same cores. That keeps
    tracing and the memory fallback simple as well.
    """

    def __init__(
        self, model: keras.Model, card: checkpoints.Card, precision: str = "exact"
    ) -> None:
        """Wraps a model.

        Args:
            model: Float32 pixels (n, 224, 224, 3) in [0, 1] to logits (n, 2).
            card: Its card.
            precision: How to compute: ``exact``, or ``fast``, for a model built by the registry.

        Raises:
            CheckpointError: The head does not give two logits; a single sigmoid would make every
                attack return its input unchanged.
            DeviceError: There is no such precision.
        """
        if tuple(model.output_shape) != (None, len(LABELS)):
            raise CheckpointError(
                f"The model gives outputs of shape {model.output_shape}; the lab needs two logits "
                "per image. A single sigmoid head has to be trained again with two outputs."
            )
        self.model = set_precision(model, card.backbone, precision)
        self.card = card
        self.precision = precision
        self.messages: list[str] = []
        """What visitors should know, such as a fallback to a smaller batch or the CPU."""
        self.compilations = 0
        """How often a program was compiled for a new size of batch."""
        self.queue = FairQueue()
        """The order of computation; another queue may be put here before the first call."""
        self.pace: Pace | None = None
        """How much of a batch is computed before it gives way; None for batches in one piece, which
        are computed a little sooner. To be set before the first call, as the queue."""
        self.together = _TOGETHER if model.count_params() < _SMALL else 1
        """How many rows, of several callers, are worth computing at once."""
        self._buckets: tuple[int, ...] = BUCKETS
        self._on_cpu = False
        self._compiled: dict[Hashable, Callable[..., tuple[Tensor, ...]]] = {}
        self._compiled_sizes: set[tuple[Hashable, int]] = set()

    def __reduce__(self) -> tuple[Any, ...]:
        """Lets pickle send the model to another process, which compiles its own functions."""
        return _restore, (self.model, self.card, self.precision)

    @property
    def name(self) -> str:
        """The model's name on its card."""
        return self.card.name

    @property
    def arithmetic(self) -> str:
        """What the precision means for this model, such as ``bfloat16, batch norm folded``."""
        return describe_arithmetic(self.card.backbone, self.precision)

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """Shape of one image: (height, width, 3)."""
        return tuple(self.model.input_shape[1:])

    def predict(self, images: NDArray[np.floating]) -> NDArray[np.float32]:
        """Computes the logits of images.

        Args:
            images: Float array of shape (n, 224, 224, 3), RGB in [0, 1]; any n.

        Returns:
            float32 logits of shape (n, 2), in the order of :data:`facemask_core.labels.LABELS`.

        Raises:
            AttackError: The images' shape, type or range is outside the contract.
        """
        pixels = self.check_images(images)
        return self.run("logits", _compute_logits, pixels)[
            0
        ].copy()  # the caller's own, to write on

    def take_turn(self) -> AbstractContextManager[None]:
        """Waits in the queue for the model; all that the block computes has that one place in it.

        The block need not end because its client leaves meanwhile.
        """
        return self.queue.take_turn(id(self), together=self.together)

    def limit_rows(self, most: int) -> None:
        """Computes fewer images at once, as a model needs that makes several of each.

        Args:
            most: How many; at least one is computed.
        """
        self._buckets = tuple(size for size in BUCKETS if size <= most) or (1,)
        self.together = min(self.together, self._buckets[-1])

    def check_images(self, images: NDArray[Any]) -> NDArray[np.float32]:
        """Verifies that images keep the contract, and returns them as float32.

        Args:
            images: The caller's images; never changed.

        Raises:
            AttackError: They are not finite floats in [0, 1] of the model's shape.
        """
        array = np.asarray(images)
        if array.ndim != 4 or array.shape[1:] != self.input_shape:
            raise AttackError(
                f"Images have shape {array.shape}; the model needs (n, "
                f"{', '.join(map(str, self.input_shape))})."
            )
        if array.dtype.kind != "f":
            raise AttackError(
                f"Images have type {array.dtype}; convert 8-bit levels with images.to_float first."
            )
        array = array.astype(np.float32, copy=False)
        # One comparison catches NaN as well, which is neither above nor below anything.
        if array.size and not (array.min() >= 0.0 and array.max() <= 1.0):
            raise AttackError("Image values must be finite and lie in [0, 1].")
        return array

    def run(
        self,
        key: Hashable,
        program: Program,
        *arrays: NDArray[Any],
        scalars: tuple[Any, ...] = (),
        output_count: int | None = None,
    ) -> tuple[NDArray[Any], ...]:
        """Runs a compiled program over arrays of any length, in padded batches.

        Args:
            key: Names the program; it is compiled the first time the key is seen.
            program: ``program(model_functions, *array_tensors, *scalar_tensors)``, returning
                tensors with the batch as first axis.
            *arrays: Inputs with the same first axis, of any length.
            scalars: Inputs that are the same for every batch.
            output_count: How many of the outputs are read, from the first; None for all. From a
                GPU pictures take longer to copy than they took to be computed.

        Returns:
            The program's outputs as NumPy arrays, padding removed; they may be read-only.
        """
        total = len(arrays[0])
        if not total:  # one made-up row tells the outputs' shapes
            single = [np.zeros((1, *array.shape[1:]), array.dtype) for array in arrays]
            outputs = self.run(key, program, *single, scalars=scalars, output_count=output_count)
            return tuple(part[:0] for part in outputs)
        kind = (key, scalars, output_count, *((array.shape[1:], array.dtype) for array in arrays))
        work = partial(self._compute, key, program, scalars, output_count)
        parts = [
            self.queue.compute(
                id(self),
                kind,
                [array[start : start + BUCKETS[-1]] for array in arrays],
                work,
                together=self.together,
            )
            for start in range(0, total, BUCKETS[-1])
        ]
        return tuple(join_rows(parts))

    def _compute(
        self,
        key: Hashable,
        program: Program,
        scalars: tuple[Any, ...],
        output_count: int | None,
        arrays: Sequence[NDArray[Any]],
    ) -> list[NDArray[Any]]:
        """Runs a batch, in as many parts as the device's memory asks for."""
        parts: list[list[NDArray[Any]]] = []
        start, total = 0, len(arrays[0])
        while start < total:
            rows = min(total - start, self._find_most_rows(key))
            bucket = next(size for size in self._buckets if size >= rows)
            batch = [pad_rows(array[start : start + rows], bucket) for array in arrays]
            began = time.perf_counter()
            try:
                outputs = self._call(key, program, batch, scalars)[:output_count]
                # Both backends lend their memory where they can; a copy costs a small model's time.
                parts.append([np.asarray(output)[:rows] for output in outputs])
            except Exception as error:
                if not backend.is_out_of_memory(error):
                    raise
                self._make_room()
            else:
                start += rows
                if self.pace is None:
                    continue
                if not isinstance(program, Loop):
                    self.pace.learn(key, bucket, time.perf_counter() - began)
                if start < total:
                    self.queue.give_way()
        return join_rows(parts)

    def _find_most_rows(self, key: Hashable) -> int:
        most = self._buckets[-1]
        if self.pace is None:
            return most
        return min(most, max(self.together, self.pace.find_most(key)))

    def _call(
        self,
        key: Hashable,
        program: Program,
        batch: list[NDArray[Any]],
        scalars: tuple[Any, ...],
    ) -> tuple[Tensor, ...]:
        pace, rows = self.pace, len(batch[0])
        with keras.device("cpu:0") if self._on_cpu else nullcontext():
            if (key, rows) not in self._compiled_sizes:
                self._compiled_sizes.add((key, rows))
                self.compilations += 1
            tensors = [keras.ops.convert_to_tensor(array) for array in (*batch, *scalars)]
            if pace is not None and isinstance(program, Loop):
                return self._call_in_stretches(key, program, tensors, rows, pace)
            return self._compile(key, program)(*tensors)

    def _call_in_stretches(
        self, key: Hashable, loop: Loop, inputs: list[Tensor], rows: int, pace: Pace
    ) -> tuple[Tensor, ...]:
        """Runs a loop a few steps at a time; between two stretches others may go first."""
        parts = split_loop(loop, len(inputs))
        begin, stretch, finish = (self._compile((key, name), part) for name, part in parts.items())
        state, taken, goes_on = begin(*inputs), 0, True
        while goes_on:
            steps = pace.find_most((key, rows))
            start = time.perf_counter()
            more, *after = stretch(keras.ops.convert_to_tensor(np.int32(steps)), *inputs, *state)
            state, goes_on, before, taken = tuple(after), bool(more), taken, int(after[0])
            seconds = time.perf_counter() - start
            count = max(taken - before, 1)
            pace.learn((key, rows), count, seconds)
            pace.learn(key, rows, seconds / count)
            if goes_on:
                self.queue.give_way()
        return finish(*inputs, *state)

    def _compile(self, key: Hashable, program: Program) -> Callable[..., tuple[Tensor, ...]]:
        if key not in self._compiled:
            self._compiled[key] = compile_program(self.model, program)
        return self._compiled[key]

    def _make_room(self) -> None:
        """Halves the batch after the device ran out of memory; at one image, moves to the CPU.

        Raises:
            DeviceError: Not even one image fits into the computer's own memory.
        """
        largest = self._buckets[-1] // 2
        if largest:
            self._buckets = (*(size for size in BUCKETS if size < largest), largest)
            self._announce(f"The device ran out of memory; batches now hold {largest} images.")
        elif not self._on_cpu:
            with keras.device("cpu:0"):
                # A clone keeps what stands before the network and how each layer computes.
                copy = keras.models.clone_model(self.model)
                copy.set_weights(self.model.get_weights())
            copy.trainable = False
            self.model, self._on_cpu = copy, True
            self._buckets = backend.batch_sizes(on_a_gpu=False)
            self._compiled.clear()
            self._compiled_sizes.clear()
            self._announce("The GPU's memory is full; this model now runs on the CPU, more slowly.")
        else:
            raise DeviceError("The memory does not suffice for one image; close other programs.")

    def _announce(self, message: str) -> None:
        _log.warning("%s: %s", self.name, message)
        self.messages.append(message)


def _restore(model: keras.Model, card: checkpoints.Card, precision: str) -> Classifier:
    classifier = Classifier(model, card)
    classifier.precision = precision  # the model computes in it already
    return classifier


def _compute_logits(model: ModelFunctions, images: Tensor) -> tuple[Tensor, ...]:
    return (model.logits(images),)


def probabilities(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    """Applies the softmax, once.

    Args:
        logits: Array of shape (n, 2).

    Returns:
        float64 array of shape (n, 2); rows sum to 1.
    """
    shifted = logits.astype(np.float64) - logits.max(axis=1, keepdims=True)
    exponentials = np.exp(shifted)
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def open_classifier(
    folder: Path, card: checkpoints.Card, *, precision: str = "exact"
) -> Classifier:
    """Loads the verified weights a card describes.

    Args:
        folder: The checkpoint's folder.
        card: Its card.
        precision: How to compute, ``exact`` or ``fast``.

    Raises:
        CheckpointError: The weights are missing, damaged or do not fit.
        DeviceError: There is no such precision.
    """
    return Classifier(checkpoints.load_model(folder, card), card, precision)


def load_classifier(
    name_or_path: str,
    *,
    warm_up: bool = True,
    precision: str = "exact",
    choices: Choices | None = None,
) -> Classifier:
    """Loads a shipped model by name, any checkpoint by its folder, or a Keras file of anybody's.

    Args:
        name_or_path: Such as ``mobilenetv3``, ``training-runs/mine`` or ``detector.h5``.
        warm_up: Compile the forward pass now, so that the first verdict does not wait for it.
        precision: ``exact`` computes in float32, as the figures on the card were measured.
            ``fast`` folds batch norm into the convolutions and, where that is faster, computes
            behind the first of them in bfloat16: answers differ slightly.
        choices: What the user says of a Keras file, in place of what would be found by trying.

    Returns:
        A classifier ready to be shared between threads.

    Raises:
        CheckpointError: The model does not exist or its files cannot be trusted.
        ForeignModelError: The Keras file cannot be used.
        DeviceError: There is no such precision.
    """
    place = checkpoints.find_place(name_or_path)
    if place.is_file():
        found = opening.open_model(place, choices)
        classifier = Classifier(found.model, found.card, precision)
    else:
        if choices is not None:
            raise ForeignModelError(
                f"{name_or_path!r} says itself how it is used; leave out what you say of it."
            )
        classifier = open_classifier(place, checkpoints.read_card(place), precision=precision)
    if warm_up:
        classifier.predict(np.full((1, INPUT_SIZE, INPUT_SIZE, 3), 0.5, np.float32))
    return classifier
