"""Whatever bytes are handed in: a picture within the limits, or one sentence; quickly."""

from __future__ import annotations

import os
import time

import damage
import numpy as np
import peak_memory
import pytest

from facemask_core.errors import ImageError
from facemask_core.pictures import heic, images

SECONDS = 5.0
"""Of the processor for one file of a few kilobytes, a thousand times what it takes: what else the
machine does counts for nothing.
"""


SHARE = 20
"""Of the damaged HEIC and AVIF, one in so many is tried: each takes a process of its own."""
KIBIBYTES = 16 * images.MAX_PIXELS // 1024
"""What the largest picture takes, and so the most that a small file may claim."""


def test_damaged_files_are_decoded_or_refused_in_a_sentence(fuzz_cases: range) -> None:
    refused, before = 0, peak()
    for case in fuzz_cases:
        data = damage.damaged(case)
        if heic.name_format(data) and case % SHARE:
            continue
        started = time.process_time()
        try:
            found = images.decode(data)
        except ImageError as error:
            refused += 1
            text = str(error)
            assert text.endswith("."), (case, text)
            assert len(text) < 300, (case, text)
            assert "\n" not in text, (case, text)
        else:
            assert found.dtype == np.uint8, case
            assert found.ndim == 3, case
            assert found.shape[2] == 3, case
            assert min(found.shape[:2]) >= images.MIN_SIDE, case
            assert found.shape[0] * found.shape[1] <= images.MAX_PIXELS, case
        assert time.process_time() - started < SECONDS, case
        assert peak() - before < KIBIBYTES, case
    assert 0 < refused < len(fuzz_cases), "the damage is too small, or too great, to try anything"


def test_the_originals_are_what_they_should_be() -> None:
    """So that damage, and nothing else, is what is refused."""
    decoded = 0
    for original in damage.originals():
        try:
            images.decode(original)
        except ImageError:
            continue
        decoded += 1
    assert decoded == len(damage.originals()) - 4, "two animations, a GIF and a TIFF are refused"


def peak() -> int:
    """Windows' Python does not tell it; what is decoded is the same there."""
    return peak_memory.kibibytes() if os.name != "nt" else 0


@pytest.mark.parametrize("case", range(20))
def test_a_case_can_be_made_again(case: int) -> None:
    assert damage.damaged(case) == damage.damaged(case)
