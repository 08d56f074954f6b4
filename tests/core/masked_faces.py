"""A bare face that puts masks on."""

from __future__ import annotations

from functools import cache

from facemask_core.data import samples
from facemask_core.pictures import images
from facemask_core.printable_mask.worn_pattern import Wearer, find_wearer


@cache
def wearer() -> Wearer:
    portrait = next(it for it in samples.gallery() if it.label == 0)
    found = find_wearer(images.decode(portrait.path.read_bytes()))
    assert found is not None
    return found
