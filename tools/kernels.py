"""Compiles the kernels of the lab on the pupil's own device: ``python -m tools.kernels``.

The C files of ``facemask_ui/ondevice/kernels`` become one WebAssembly file, which is committed, so
that nobody who only runs the lab needs a compiler.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "facemask_ui" / "ondevice"
ENGINE = FOLDER / "engine.wasm"
_FLAGS = (
    *("--target=wasm32-freestanding", "-std=c11", "-O3", "-msimd128", "-mbulk-memory"),
    *("-Wall", "-Wextra", "-Werror", "-g0", "-nostdlib", "-fvisibility=hidden"),
    *("-Wl,--no-entry", "-Wl,--export-dynamic", "-Wl,--export=__heap_base", "-Wl,--strip-all"),
)


def compile_kernels() -> bytes:
    """Compiles the kernels and returns the WebAssembly file's content.

    The result has no path and no time in it: the same compiler makes the same bytes anywhere.
    """
    sources = sorted(path.name for path in (FOLDER / "kernels").glob("*.c"))
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "engine.wasm"
        command = [sys.executable, "-m", "ziglang", "cc", *_FLAGS, *sources, "-o", str(result)]
        subprocess.run(command, check=True, cwd=FOLDER / "kernels")  # noqa: S603  (ours)
        return result.read_bytes()


if __name__ == "__main__":
    ENGINE.write_bytes(compile_kernels())
