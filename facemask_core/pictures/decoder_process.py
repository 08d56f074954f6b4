"""A process of its own for one HEIC or AVIF picture, with a limit on its memory and its time.

These codecs are large. A damaged HEIC can end the process that merely asks for its size, and what
is decoded may be larger than the file says: an AVIF that tells 64 x 64 makes its decoder take
300 MB for 12,000 x 12,000. No check beforehand helps; in a process of its own it ends nothing else.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import IO, cast

import numpy as np
from numpy.typing import NDArray

from facemask_core import system
from facemask_core.pictures.decoder import HEAD, PIXELS, REFUSAL, SIZE


def decode(
    data: bytes, reserve: Callable[[int], AbstractContextManager[None]]
) -> NDArray[np.uint8] | str | None:
    """Decodes one picture in a new process.

    Args:
        data: The whole file.
        reserve: Waits until so many pixels may be decoded, and holds them for a block.

    Returns:
        uint8 array of shape (height, width, 3), RGB; the sentence with which the picture is
        refused; or None where the process died of it.
    """
    process = subprocess.Popen(  # noqa: S603  (the lab's own module)
        [sys.executable, "-P", "-B", "-m", "facemask_core.pictures.decoder", str(len(data))],
        stdin=subprocess.PIPE,
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
    # Popen's types do not know that pipes were asked for.
    question, answer = cast("IO[bytes]", process.stdin), cast("io.BufferedReader", process.stdout)
    try:
        _send(question, data)
        size = _read_answer(answer, 0)
        if not isinstance(size, int):
            return size
        with reserve(size):
            _send(question, b"!")
            pixels = _read_answer(answer, size)
            return None if isinstance(pixels, int) else pixels
    finally:
        process.kill()
        process.wait()
        answer.close()
        with suppress(OSError):
            question.close()


def _send(question: IO[bytes], part: bytes) -> None:
    """Writes to the process, which may have ended: what it answered says so."""
    with suppress(OSError):
        question.write(part)
        question.flush()


def _read_answer(answer: io.BufferedReader, most: int) -> NDArray[np.uint8] | str | int | None:
    """Reads a number of pixels, a picture of at most so many, a refusal, or nothing."""
    head = answer.read(HEAD.size)
    if len(head) < HEAD.size:
        return None
    kind, height, width = HEAD.unpack(head)
    if kind == SIZE:
        return int(height * width)
    if kind == REFUSAL:
        sentence = answer.read(height)
        return sentence.decode() if 0 < len(sentence) == height else None
    if kind != PIXELS or height * width > most:
        return None
    picture = np.empty((height, width, 3), np.uint8)
    length = answer.readinto(picture.data.cast("B"))
    return picture if length == picture.size else None
