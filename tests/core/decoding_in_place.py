"""HEIC and AVIF decoded in the tests' own process: a new one for each takes a third of a second."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pi_heif
import pytest
from numpy.typing import NDArray

from facemask_core.pictures import decoding, images

pi_heif.register_heif_opener()


def decode(data: bytes) -> NDArray[np.uint8]:
    """Decodes a HEIC or AVIF, as the process of its own does."""
    return decoding.read_pixels(decoding.open_picture(data, decoding.APART), data)


@pytest.fixture(autouse=True, scope="module")
def in_place() -> Iterator[None]:
    """For modules that test what is decoded; test_decoder_process.py tests where."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(images, "_decode_apart", decode)
        yield
