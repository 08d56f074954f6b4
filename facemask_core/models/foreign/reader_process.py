"""A process of its own that reads a stranger's model, with limits on its memory and its time."""

from __future__ import annotations

import json
import math
import os
import struct
import subprocess
import sys
from pathlib import Path
from threading import Timer
from typing import IO, Any, cast

import numpy as np

from facemask_core import system
from facemask_core.errors import ForeignModelError
from facemask_core.models.foreign import limits
from facemask_core.models.foreign.content import FileContent, refuse

_HEAD = struct.Struct("<Q")
_LONGEST_HEAD = 4 * limits.LONGEST_ARCHITECTURE
_MEMORY = 3 * 2**30
"""The largest file's weights, twice while they are converted, and what Python takes."""
_PATIENCE = 4 * limits.MOST_SECONDS
"""Seconds by the clock, on a machine that does much else."""


def read(path: Path) -> FileContent:
    """Reads a Keras or ONNX file in a new process.

    Args:
        path: The file.

    Raises:
        ForeignModelError: It cannot be used, or the process died of it.
    """
    process = subprocess.Popen(  # noqa: S603  (the lab's own module)
        [sys.executable, "-P", "-B", "-m", __name__, str(path.absolute())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        },
        **system.detached(),
    )
    timer = _end_after(process, _PATIENCE)
    answer = cast("IO[bytes]", process.stdout)  # Popen's types do not know that one was asked for
    try:
        return _receive(answer)
    except EOFError:
        raise refuse(
            f"{path.name} cannot be read (it takes more memory or time than a model may)",
            "save the model again with model.save('model.keras')",
        ) from None
    finally:
        timer.cancel()
        process.kill()
        process.wait()
        answer.close()


def _end_after(process: subprocess.Popen[bytes], seconds: float) -> Timer:
    timer = Timer(seconds, process.kill)
    timer.daemon = True
    timer.start()
    return timer


def _receive(answer: IO[bytes]) -> FileContent:
    (length,) = _HEAD.unpack(_read_all(answer, _HEAD.size))
    head = json.loads(_read_all(answer, min(length, _LONGEST_HEAD)))
    if "refusal" in head:
        raise ForeignModelError(head["refusal"])
    arrays = {}
    for key, shape in head.pop("shapes"):
        part = _read_all(answer, 4 * math.prod(shape))
        arrays[key] = np.frombuffer(part, "<f4").reshape(shape)
    return FileContent(**head, arrays=arrays)


def _read_all(answer: IO[bytes], count: int) -> bytes:
    part = answer.read(count)
    if len(part) < count:
        raise EOFError
    return part


def main() -> None:
    """Reads the file that the command line names, and writes it as JSON and plain numbers."""
    from facemask_core.models.foreign import file_reader

    _set_limits()
    try:
        content = file_reader.read(Path(sys.argv[1]))
    except ForeignModelError as error:
        _write_head({"refusal": str(error)})
        return
    _write_head(
        {
            "layout": content.layout,
            "version": content.version,
            "architecture": content.architecture,
            "training": content.training,
            "shapes": [(key, array.shape) for key, array in content.arrays.items()],
        }
    )
    for array in content.arrays.values():
        sys.stdout.buffer.write(array.tobytes())
    sys.stdout.buffer.flush()


def _write_head(head: dict[str, Any]) -> None:
    text = json.dumps(head).encode()
    sys.stdout.buffer.write(_HEAD.pack(len(text)) + text)
    sys.stdout.buffer.flush()


def _set_limits() -> None:
    """Bounds what this process may take from now on, where the system can."""
    try:
        import resource  # Windows has none
    except ImportError:
        return
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    bound = _MEMORY if most == resource.RLIM_INFINITY else min(_MEMORY, most)
    resource.setrlimit(resource.RLIMIT_DATA, (bound, most))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.MOST_SECONDS, limits.MOST_SECONDS))


if __name__ == "__main__":
    main()
