"""What :mod:`facemask_core.pictures.decoder_process` runs: one picture in, its pixels out.

The codecs of HEIC and AVIF are used in that process alone.
"""

from __future__ import annotations

import struct
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import pi_heif
from PIL import AvifImagePlugin

from facemask_core.errors import ImageError
from facemask_core.pictures import decoding

HEAD = struct.Struct(">cII")
"""What an answer begins with: SIZE or PIXELS, height and width; or REFUSAL and twice the length."""
SIZE, PIXELS, REFUSAL = b"?", b"+", b"-"
_BYTES_PER_PIXEL = 24
"""Twice what a usual picture takes; enough for 10 bits and colours in full."""
_LEAST_BYTES = 64 * 2**20
_SECONDS = 60
"""Of the processor; the largest picture takes three."""
_PAGES_OF_DATA = 5
"""Where /proc/self/statm tells them."""


def main() -> None:
    """Reads a file, tells its size, and its pixels once it is told to go on."""
    data = sys.stdin.buffer.read(int(sys.argv[1]))
    warnings.simplefilter("ignore")  # of damage in what nothing reads
    # Only the picture itself: what phones put beside it (previews, depth) is never read. Threads
    # are left out: each would reserve memory of its own.
    pi_heif.register_heif_opener(
        thumbnails=False, depth_images=False, aux_images=False, decode_threads=1
    )
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    limit = _start_limit()
    try:
        picture = decoding.open_picture(data, decoding.APART)
        _answer(HEAD.pack(SIZE, picture.height, picture.width))
        if not sys.stdin.buffer.read(1):
            return
        limit(picture.width * picture.height)
        pixels = decoding.read_pixels(picture, data)
    except ImageError as error:
        sentence = str(error).encode()
        _answer(HEAD.pack(REFUSAL, len(sentence), len(sentence)) + sentence)
    else:
        _answer(HEAD.pack(PIXELS, *pixels.shape[:2]))
        _answer(pixels.data)


def _answer(part: bytes | memoryview) -> None:
    sys.stdout.buffer.write(part)
    sys.stdout.buffer.flush()


def _start_limit() -> Callable[[int], None]:
    """Bounds what this process may take from now on, where the system can (Linux).

    Returns:
        What raises the bound to what a picture of so many pixels takes.
    """
    statm = Path("/proc/self/statm")
    if not statm.exists():
        return lambda _: None
    import resource  # Windows has none

    held = int(statm.read_text(encoding="ascii").split()[_PAGES_OF_DATA]) * resource.getpagesize()
    _, most = resource.getrlimit(resource.RLIMIT_DATA)

    def limit(pixels: int) -> None:
        bound = held + _LEAST_BYTES + _BYTES_PER_PIXEL * pixels
        resource.setrlimit(resource.RLIMIT_DATA, (bound, most))

    limit(0)
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    return limit


if __name__ == "__main__":
    main()
