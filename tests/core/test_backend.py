"""The backend's settings, which have to be in force before the first model is built."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from command_line import ROOT

from facemask_core import backend
from facemask_core.backend import keras
from facemask_core.errors import DeviceError


@pytest.mark.backend(quick=True)
def test_float32_is_never_computed_in_fewer_bits() -> None:
    """GPUs would multiply in TF32; what a card calls float32 came from a processor."""
    if backend.name() == "jax":
        import jax

        assert jax.config.jax_default_matmul_precision == "highest"
    else:
        import tensorflow as tf

        assert not tf.config.experimental.tensor_float_32_execution_enabled()


@pytest.mark.backend(quick=True)
def test_a_gpu_is_given_larger_batches() -> None:
    without, on_a_gpu = (backend.batch_sizes(on_a_gpu=choice) for choice in (False, True))
    assert without == backend.SUPPORTED[backend.name()]
    assert on_a_gpu[: len(without)] == without
    assert without[-1] < on_a_gpu[-1]
    assert list(on_a_gpu) == sorted(on_a_gpu)


@pytest.mark.backend(quick=True)
def test_whether_there_is_a_gpu_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    for found in ([], ["GPU of a test"]):
        monkeypatch.setattr(backend, "_accelerators", lambda found=found: found)
        assert backend.batch_sizes() == backend.batch_sizes(on_a_gpu=bool(found))


@pytest.mark.backend(quick=True)
def test_a_backend_without_gradients_here_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keras.backend, "backend", lambda: "torch")
    with pytest.raises(DeviceError, match="KERAS_BACKEND"):
        backend.batch_sizes()


def test_macos_computes_on_jax_and_never_loads_tensorflow() -> None:
    """Every process of the lab loads pandas, and with it pyarrow, which is the other half."""
    code = (
        "import sys\n"
        "from facemask_core import system\n"
        "system.NAME = 'darwin'\n"
        "sys.modules['tensorflow'] = None\n"
        "from facemask_core import backend\n"
        "print(backend.name(), 'pyarrow' in sys.modules)\n"
    )
    unset = {name: value for name, value in os.environ.items() if name != "KERAS_BACKEND"}
    command = [sys.executable, "-c", code]
    answer = subprocess.run(command, cwd=ROOT, env=unset, check=True, capture_output=True)
    assert answer.stdout.split() == [b"jax", b"True"]
