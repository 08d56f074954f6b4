"""Keras on the backend this process was started with; import Keras from here, never directly.

The backend is fixed at the first import of Keras, so the default and the environment's settings
have to be in place before that happens, whichever module comes first.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from facemask_core import system
from facemask_core.errors import DeviceError

os.environ.setdefault("KERAS_BACKEND", system.default_backend())
# TensorFlow reports a missing CUDA driver as an error on every machine without a GPU.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# XLA reserves most of a GPU's memory at start-up unless told to grow as needed.
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")


@contextmanager
def _silence_native_log() -> Iterator[None]:
    """Hides the log of TensorFlow's C++ side while it loads, before its log level applies.

    It would stand above every output of the command line. Python's errors are not affected.
    """
    sys.stderr.flush()
    saved = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)


def _do_without_temporary_folder() -> None:
    """Lets TensorFlow load on a machine where no byte can be written.

    It loads its own test tools as well, which fail where there is no folder for temporary files.
    """
    try:
        tempfile.gettempdir()
    except FileNotFoundError:
        os.environ.setdefault("TEST_TMPDIR", os.devnull)  # is believed, and never used


_do_without_temporary_folder()
with _silence_native_log():
    import keras


def _set_up_tensorflow() -> None:
    import tensorflow as tf

    tf.config.experimental.enable_tensor_float_32_execution(False)
    if not tf.config.list_physical_devices("GPU"):
        # On a processor its rewriting of graphs costs every program one to four seconds of its
        # first call, hardly changes the time of the others, and not one bit of their answers; on a
        # GPU it chooses the layout of the pictures.
        tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})


def _set_up_jax() -> None:
    import jax

    if jax.config.jax_default_matmul_precision is None:  # else the environment sets it
        jax.config.update("jax_default_matmul_precision", "highest")


# Both let GPUs multiply float32 in TF32, of ten bits, unless told not to: figures would be called
# float32, and differ from the cards'.
_SET_UP = {"tensorflow": _set_up_tensorflow, "jax": _set_up_jax}
if keras.backend.backend() in _SET_UP:
    _SET_UP[keras.backend.backend()]()

SUPPORTED = {
    "tensorflow": (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32),
    "jax": (1, 8, 32),
}
"""Backends by name, with the batch sizes that programs run with.

A batch is padded up to the next size, and the padding computed for nothing. On TensorFlow a new
size costs a fraction of a second once, less than a large model takes for the padding that it saves;
JAX compiles every program anew, for seconds.
"""
_ON_A_GPU = (128,)
"""Further sizes on a GPU: 32 images leave most of one idle, although they fill two cores."""
PRECISIONS = ("float32", "bfloat16")
"""Precisions layers may compute in; weights stay float32 (bfloat16 is Keras's mixed policy)."""


@contextmanager
def layer_precision(precision: str) -> Iterator[None]:
    """Makes layers built meanwhile compute in a precision; their weights stay float32.

    Args:
        precision: One of :data:`PRECISIONS`.
    """
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float32" if precision == "float32" else f"mixed_{precision}")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


@dataclass(frozen=True)
class Device:
    """Where and how numbers are computed; shown in every page's footer."""

    name: str
    backend: str
    precision: str

    def __str__(self) -> str:
        return f"{self.name} · Keras {keras.__version__} on {self.backend} · {self.precision}"


def name() -> str:
    """Returns the running Keras backend, ``tensorflow`` or ``jax``.

    Raises:
        DeviceError: Keras was started on a backend the lab has no gradients for.
    """
    backend = keras.backend.backend()
    if backend not in SUPPORTED:
        raise DeviceError(
            f"Keras runs on {backend!r}; start the lab with KERAS_BACKEND=tensorflow or jax."
        )
    return str(backend)


def _accelerators() -> list[str]:
    """Names the GPUs the backend can use; lets TensorFlow take memory only as needed."""
    if name() == "jax":
        import jax

        return [device.device_kind for device in jax.devices() if device.platform != "cpu"]
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    for gpu in gpus:
        try:
            tf.config.experimental.set_memory_growth(gpu, True)
        except RuntimeError:
            break  # the GPUs are in use already: growth was set the first time round
    details = tf.config.experimental.get_device_details
    return [details(gpu).get("device_name", "GPU") for gpu in gpus]


def batch_sizes(*, on_a_gpu: bool | None = None) -> tuple[int, ...]:
    """Returns the batch sizes that programs run with, smallest first.

    Args:
        on_a_gpu: Whether a GPU computes; None for yes wherever there is one.

    Raises:
        DeviceError: The Keras backend is not supported.
    """
    larger = bool(_accelerators()) if on_a_gpu is None else on_a_gpu
    return (*SUPPORTED[name()], *(_ON_A_GPU if larger else ()))


def device(arithmetic: str = "float32") -> Device:
    """Names the device and backend every figure of this process comes from.

    Args:
        arithmetic: The precision; the pages compute in float32 alone.

    Raises:
        DeviceError: The Keras backend is not supported.
    """
    accelerators = _accelerators()
    label = f"GPU {accelerators[0]}" if accelerators else f"CPU ({os.cpu_count()} cores)"
    return Device(name=label, backend=name(), precision=arithmetic)


@contextmanager
def all_devices(batch_size: int) -> Iterator[None]:
    """Spreads training over all GPUs of this machine, by Keras's own data parallelism.

    Keras distributes on JAX alone; TensorFlow uses one GPU.

    Args:
        batch_size: Images a step, of which every device takes an equal share.

    Raises:
        DeviceError: The batch cannot be divided evenly.
    """
    devices = keras.distribution.list_devices() if name() == "jax" else []
    if len(devices) < 2:
        yield
        return
    if batch_size % len(devices):
        raise DeviceError(
            f"A batch of {batch_size} cannot be shared by {len(devices)} devices; "
            f"choose a batch size that {len(devices)} divides."
        )
    before = keras.distribution.distribution()
    keras.distribution.set_distribution(keras.distribution.DataParallel(devices=devices))
    try:
        yield
    finally:
        keras.distribution.set_distribution(before)


def compile_function(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compiles a pure function of tensors for the running backend; traced once for each shape.

    Args:
        function: Built of keras.ops or a model's stateless calls.
    """
    if name() == "jax":
        import jax

        return jax.jit(function)
    import tensorflow as tf

    return tf.function(function, autograph=False)


def is_out_of_memory(error: BaseException) -> bool:
    """Says whether a backend's exception means that the device's memory ran out."""
    kinds = {kind.__name__ for kind in type(error).__mro__}
    return "ResourceExhaustedError" in kinds or "RESOURCE_EXHAUSTED" in str(error)
