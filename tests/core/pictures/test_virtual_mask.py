"""A drawn mask covers mouth and chin, leaves the rest alone, and is taken for a mask."""

from __future__ import annotations

import tracemalloc

import cv2
import numpy as np
import pytest
import skimage.data
from hypothesis import given, settings
from hypothesis import strategies as st

from facemask_core import load_classifier
from facemask_core.data import samples
from facemask_core.evaluation.verdicts import judge
from facemask_core.labels import WITH_MASK, WITHOUT_MASK
from facemask_core.pictures import faces, images, virtual_mask
from facemask_core.pictures.faces import Box

GREY = np.full((200, 240, 3), 120, np.uint8)
FACE = Box(60, 40, 120, 120)


def test_covers_mouth_and_chin_and_nothing_above_the_eyes() -> None:
    masked = virtual_mask.draw_mask(GREY, FACE)
    changed = (masked != GREY).any(axis=2)
    mouth, chin, eyes = FACE.top + 82, FACE.top + 112, FACE.top + 40
    middle = FACE.left + 60
    assert changed[mouth, middle - 30 : middle + 30].all()
    assert changed[chin, middle]
    assert not changed[:eyes].any()
    assert not changed[:, : FACE.left - 5].any()
    assert not changed[:, FACE.left + FACE.width + 5 :].any()


@pytest.mark.parametrize("degrees", [-30, 30])
def test_sits_on_a_tilted_head(degrees: int) -> None:
    astronaut = np.asarray(skimage.data.astronaut())
    turn = cv2.getRotationMatrix2D((225, 120), degrees, 1.0)
    tilted = cv2.warpAffine(astronaut, turn, (512, 512), borderMode=cv2.BORDER_REPLICATE)
    changed = (virtual_mask.draw_mask(tilted, faces.find_faces(tilted)[0]) != tilted).any(axis=2)
    covered, free = [(222, 130), (222, 146), (225, 165)], [(205, 107), (243, 107), (225, 85)]
    for places, expected in ((covered, True), (free, False)):
        for x, y in places:
            column, row = turn @ (x, y, 1)
            assert changed[round(row), round(column)] == expected, (x, y)


def test_the_picture_itself_is_not_touched() -> None:
    before = GREY.copy()
    virtual_mask.draw_mask(GREY, FACE)
    np.testing.assert_array_equal(GREY, before)


def test_is_darker_in_the_dark() -> None:
    dark = virtual_mask.draw_mask((GREY // 4).astype(np.uint8), FACE)
    bright = virtual_mask.draw_mask(GREY, FACE)
    mouth = (FACE.top + 82, FACE.left + 60)
    assert dark[mouth].mean() < bright[mouth].mean() - 20


@given(st.integers(-80, 260), st.integers(-80, 260), st.integers(8, 400))
@settings(max_examples=25)
def test_a_face_cut_off_by_the_edge_wears_what_is_left_of_it(
    left: int, top: int, side: int
) -> None:
    masked = virtual_mask.draw_mask(GREY, Box(left, top, side, side))
    assert masked.shape == GREY.shape
    assert masked.dtype == np.uint8


def test_a_large_face_wears_the_same_mask_in_little_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    picture = np.full((720, 720, 3), (200, 150, 120), np.uint8)
    face = Box(60, 60, 600, 600)
    expected = virtual_mask.draw_mask(picture, face)
    monkeypatch.setattr(virtual_mask, "LARGE", 300)
    tracemalloc.start()
    masked = virtual_mask.draw_mask(picture, face)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    apart = np.abs(images.resize(masked).astype(int) - images.resize(expected))
    assert (apart > 10).mean() < 0.01, "along the edges alone"
    assert apart.mean() < 0.5
    assert peak < 40 * picture.size // 3, "80 bytes a pixel were 3 GB in the largest picture"


def test_a_model_takes_it_for_a_mask() -> None:
    classifier = load_classifier("mobilenetv3", warm_up=False)
    masked = []
    for portrait in samples.gallery():
        picture = images.decode(portrait.path.read_bytes())
        found = faces.find_faces(picture)
        if portrait.label == WITHOUT_MASK and found:
            masked.append(faces.crop(virtual_mask.draw_mask(picture, found[0]), found[0]))
    if len(masked) < 10:
        pytest.fail("Too few faces were found to say anything.")
    taken = [verdict.label == WITH_MASK for verdict in judge(classifier, np.stack(masked))]
    assert np.mean(taken) >= 0.9
