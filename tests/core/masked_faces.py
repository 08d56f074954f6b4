"""A face that wears a mask, under conditions that change nothing."""

from __future__ import annotations

from functools import cache

import numpy as np

from facemask_core.data import samples
from facemask_core.pictures import images
from facemask_core.printable_mask.conditions import Conditions
from facemask_core.printable_mask.worn_pattern import Wearer, find_wearer

STILL = (0.0, 0.0, 1.0, 0.0)
ONES = np.ones(3, np.float32)
PERFECT = Conditions(STILL, STILL, ONES, 0.0, 0 * ONES, ONES, 1.0, 0.1, 0.0, 0)
"""Even light, a printer and a camera that change nothing."""


@cache
def wearer() -> Wearer:
    portrait = next(it for it in samples.gallery() if it.label == 0)
    found = find_wearer(images.decode(portrait.path.read_bytes()))
    assert found is not None
    return found
