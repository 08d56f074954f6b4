"""However many large pictures visitors keep, few of their pixels stay in memory."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

from facemask_core.pictures import images
from facemask_ui.face.decoded_pictures import DecodedPicture, DecodedPictures

SIDE = 40
FILES = [images.encode_png(np.full((SIDE, SIDE, 3), level, np.uint8)) for level in (10, 20, 30, 40)]


def test_the_pictures_used_last_stay_and_the_others_are_decoded_again() -> None:
    decoded = DecodedPictures(2 * SIDE**2)
    pictures = [DecodedPicture(data) for data in FILES]
    for picture in pictures:
        decoded.read(picture)
    assert [picture.pixels is None for picture in pictures] == [True, True, False, False]
    decoded.read(pictures[2])
    assert decoded.read(pictures[0])[0, 0, 0] == 10
    assert [picture.pixels is None for picture in pictures] == [False, True, False, True]


def test_a_picture_that_stays_is_not_decoded_twice() -> None:
    decoded, picture = DecodedPictures(SIDE**2), DecodedPicture(FILES[0])
    assert decoded.read(picture) is decoded.read(picture)


def test_a_picture_larger_than_all_room_stays_while_it_is_used() -> None:
    decoded, picture = DecodedPictures(1), DecodedPicture(FILES[0])
    assert decoded.read(picture) is decoded.read(picture)


def test_what_a_visitor_brought_goes_with_the_visitor() -> None:
    decoded, picture = DecodedPictures(SIDE**2), DecodedPicture(FILES[0])
    pixels = weakref.ref(decoded.read(picture))
    del picture
    gc.collect()
    assert pixels() is None


def test_nobody_can_change_the_pixels() -> None:
    pixels = DecodedPictures(SIDE**2).read(DecodedPicture(FILES[0]))
    with pytest.raises(ValueError, match="read-only"):
        pixels[0] = 0
