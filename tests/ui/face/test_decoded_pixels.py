"""However many large pictures visitors keep, few of their pixels stay in memory."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable

import numpy as np
import pytest

from facemask_core.pictures import images
from facemask_ui.face.decoded_pixels import DecodedPixels

SIDE = 40
FILES = [images.encode_png(np.full((SIDE, SIDE, 3), level, np.uint8)) for level in (10, 20, 30, 40)]


def _make_pictures(most: int) -> list[object]:
    """One picture a file, with room for so many pixels."""

    class Picture:
        pixels = DecodedPixels(most)

        def __init__(self, data: bytes) -> None:
            self.data = data

    return [Picture(data) for data in FILES]


@pytest.fixture(name="decoded")
def _decoded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Which files were decoded, one after the other."""
    decoded: list[int] = []
    decode: Callable[[bytes], np.ndarray] = images.decode

    def count(data: bytes) -> np.ndarray:
        decoded.append(FILES.index(data))
        return decode(data)

    monkeypatch.setattr(images, "decode", count)
    return decoded


def test_the_pictures_used_last_stay_and_the_others_are_decoded_again(decoded: list[int]) -> None:
    pictures = _make_pictures(2 * SIDE**2)
    for index in (0, 1, 2, 3, 2, 0):
        assert pictures[index].pixels[0, 0, 0] == 10 * (index + 1)
    assert decoded == [0, 1, 2, 3, 0]  # room for two: 2 was still there, 0 not
    assert pictures[2].pixels is pictures[2].pixels
    assert pictures[3].pixels[0, 0, 0] == 40
    assert decoded == [0, 1, 2, 3, 0, 3]  # it went for 0, since 2 had been used after it


def test_a_picture_larger_than_all_room_stays_while_it_is_used(decoded: list[int]) -> None:
    picture = _make_pictures(1)[0]
    assert picture.pixels is picture.pixels
    assert decoded == [0]


def test_what_a_visitor_brought_goes_with_the_visitor() -> None:
    pictures = _make_pictures(SIDE**2)
    pixels = weakref.ref(pictures[0].pixels)
    assert pixels() is not None
    del pictures
    gc.collect()
    assert pixels() is None


def test_nobody_can_change_the_pixels() -> None:
    with pytest.raises(ValueError, match="read-only"):
        _make_pictures(SIDE**2)[0].pixels[0] = 0
