"""The committed kernels are those that the C files make."""

from __future__ import annotations

from facemask_ui import ondevice
from tools.kernels import compile_kernels


def test_the_committed_engine_is_compiled_from_these_files() -> None:
    assert compile_kernels() == ondevice.ENGINE.read_bytes(), "make kernels"
