"""The face is found and cut out; what is no face is left alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
import skimage.data
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from facemask_core.data import samples
from facemask_core.errors import FaceError, ImageError
from facemask_core.pictures import images
from facemask_core.pictures.faces import (
    Box,
    crop,
    crop_face,
    find_faces,
    follow_face,
    square_around,
)

Image = NDArray[np.uint8]

EYES, CHIN = ((205, 107), (243, 107)), (225, 168)
"""Columns and rows of the astronaut's eyes and chin, read off the picture."""


@pytest.fixture(scope="module")
def astronaut() -> Image:
    return np.asarray(skimage.data.astronaut())


def holds(box: Box, *points: tuple[float, float]) -> bool:
    return all(
        box.left <= x < box.left + box.width and box.top <= y < box.top + box.height
        for x, y in points
    )


def inside(box: Box, image: Image) -> bool:
    height, width = image.shape[:2]
    return (
        min(box.left, box.top) >= 0
        and min(box.width, box.height) >= 1
        and box.left + box.width <= width
        and box.top + box.height <= height
    )


def resized(image: Image, factor: float) -> Image:
    return np.asarray(cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA))


def on_canvas(canvas: Image, image: Image, left: int, top: int) -> None:
    canvas[top : top + image.shape[0], left : left + image.shape[1]] = image


def test_the_astronauts_face_is_the_only_one(astronaut: Image) -> None:
    (box,) = find_faces(astronaut)
    assert holds(box, *EYES, CHIN)
    assert box.width == box.height
    assert 100 <= box.width <= 150  # from hairline to chin it is about 110


@pytest.mark.parametrize("factor", [0.4, 1.7, 3.0])
def test_a_face_is_found_at_any_resolution(astronaut: Image, factor: float) -> None:
    (box,) = find_faces(resized(astronaut, factor))
    assert holds(box, *((x * factor, y * factor) for x, y in (*EYES, CHIN)))
    assert 100 <= box.width / factor <= 150


def test_a_mirrored_picture_has_the_mirrored_box(astronaut: Image) -> None:
    pictures = [astronaut, *(images.decode(one.path.read_bytes()) for one in samples.gallery()[:4])]
    for picture in pictures:
        (box,), (mirrored,) = find_faces(picture), find_faces(np.fliplr(picture).copy())
        assert mirrored == replace(box, left=picture.shape[1] - box.left - box.width)


@pytest.mark.parametrize("degrees", [-25, 12, 25])
def test_a_tilted_head_is_found(astronaut: Image, degrees: int) -> None:
    turn = cv2.getRotationMatrix2D((225, 120), degrees, 1.0)
    tilted = cv2.warpAffine(astronaut, turn, (512, 512), borderMode=cv2.BORDER_REPLICATE)
    boxes = find_faces(tilted)
    assert boxes
    assert holds(boxes[0], *(tuple(turn @ (x, y, 1)) for x, y in (*EYES, CHIN)))


def test_a_face_that_fills_the_picture_is_found(astronaut: Image) -> None:
    tight = astronaut[62:178, 168:284]
    (box,) = find_faces(tight)
    assert holds(box, *((x - 168, y - 62) for x, y in EYES))
    assert box.width >= 0.8 * tight.shape[1]


def test_a_narrow_picture_gives_a_box_as_wide_as_it_is(astronaut: Image) -> None:
    narrow = astronaut[40:190, 180:265]
    (box,) = find_faces(narrow)
    assert inside(box, narrow)
    assert box.width == narrow.shape[1] < box.height
    assert holds(box, (CHIN[0] - 180, CHIN[1] - 40))


def test_a_masked_face_is_found_with_all_of_its_mask(astronaut: Image) -> None:
    masked = astronaut.copy()
    outline = np.array([(186, 128), (225, 120), (262, 128), (254, 158), (226, 176), (198, 160)])
    cv2.fillPoly(masked, [outline], (150, 190, 220))
    boxes = find_faces(masked)
    assert boxes
    assert holds(boxes[0], *EYES, CHIN)


def test_two_faces_come_largest_first(astronaut: Image) -> None:
    head = astronaut[0:230, 110:340]
    canvas = np.full((420, 640, 3), 128, dtype=np.uint8)
    on_canvas(canvas, resized(head, 0.75), 20, 60)
    on_canvas(canvas, resized(head, 1.5), 280, 30)
    large, small = find_faces(canvas)
    assert large.width > 1.5 * small.width
    assert holds(large, *((280 + (x - 110) * 1.5, 30 + y * 1.5) for x, y in (*EYES, CHIN)))
    assert holds(small, *((20 + (x - 110) * 0.75, 60 + y * 0.75) for x, y in (*EYES, CHIN)))


@pytest.mark.parametrize("name", ["coffee", "rocket", "page"])
def test_pictures_without_a_face_have_none(name: str) -> None:
    image = np.asarray(getattr(skimage.data, name)())
    colour = image if image.ndim == 3 else np.repeat(image[:, :, None], 3, axis=2)
    assert find_faces(colour) == []


def test_noise_and_a_plain_wall_have_no_face() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (240, 320, 3), dtype=np.uint8)
    assert find_faces(noise) == []
    assert find_faces(np.full((240, 320, 3), 200, dtype=np.uint8)) == []


def test_a_grey_photograph_is_as_good(astronaut: Image) -> None:
    grey = cv2.cvtColor(astronaut, cv2.COLOR_RGB2GRAY)
    (box,) = find_faces(np.repeat(grey[:, :, None], 3, axis=2))
    assert holds(box, *EYES, CHIN)
    assert 100 <= box.width <= 150


def in_bad_light(image: Image, contrast: float, noise: float, middle: float) -> Image:
    random = np.random.default_rng(0)
    values = middle + contrast * (image / 255.0 - 0.5) + random.normal(0, noise, image.shape)
    return np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("contrast", "noise", "middle"),
    [(0.12, 0.02, 0.06), (0.05, 0, 0.5), (1, 0.15, 0.5), (0.6, 0, 0.8)],
    ids=["dark and noisy", "hardly any contrast", "noise", "too bright"],
)
def test_faces_are_found_in_bad_light(contrast: float, noise: float, middle: float) -> None:
    """Of both classes and all skin tones, and no second face is seen in the noise."""
    faces = samples.faces()[::40]
    counts = [
        len(find_faces(in_bad_light(images.decode(one.path.read_bytes()), contrast, noise, middle)))
        for one in faces
    ]
    assert max(counts) == 1
    assert np.mean(counts) >= 0.9


def test_many_small_faces_of_a_large_picture_are_found(astronaut: Image) -> None:
    wall = cv2.resize(np.asarray(skimage.data.brick()), (1600, 1200))
    canvas = np.repeat(wall[:, :, None], 3, axis=2)
    head = resized(astronaut[0:230, 110:340], 0.7)
    places = [(left, top) for top in (60, 800) for left in (40, 600, 1300)]
    for left, top in places:
        on_canvas(canvas, head, left, top)
    boxes = find_faces(canvas)
    assert len(boxes) == len(places)
    for left, top in places:
        chin = (left + 0.7 * (CHIN[0] - 110), top + 0.7 * CHIN[1])
        assert sum(holds(box, chin) for box in boxes) == 1


@pytest.mark.parametrize("shape", [(32, 32), (1, 1), (1, 400), (400, 3)])
def test_the_smallest_pictures_come_through(shape: tuple[int, int]) -> None:
    image = np.random.default_rng(1).integers(0, 256, (*shape, 3), dtype=np.uint8)
    result = crop_face(image, size=48)
    assert result.image.shape == (48, 48, 3)
    assert inside(result.box, image)


def test_the_image_is_not_written_to(astronaut: Image) -> None:
    image = astronaut.copy()
    image.flags.writeable = False
    result = crop_face(image)
    assert not np.shares_memory(result.image, image)
    assert not np.shares_memory(crop(image, Box(0, 0, 224, 224)), image)
    np.testing.assert_array_equal(image, astronaut)


def test_visitors_at_the_same_time_get_the_same_answer(astronaut: Image) -> None:
    pictures = [resized(astronaut, factor) for factor in (0.4, 0.5, 0.6, 0.8)] * 2
    alone = [find_faces(picture) for picture in pictures]
    with ThreadPoolExecutor(max_workers=8) as visitors:
        together = list(visitors.map(find_faces, pictures))
    assert together == alone
    assert all(alone)


def test_the_crop_shows_the_box(astronaut: Image) -> None:
    result = crop_face(astronaut)
    assert result.found
    assert result.box == find_faces(astronaut)[0]
    assert (result.image.shape, result.image.dtype) == ((224, 224, 3), np.uint8)
    np.testing.assert_array_equal(result.image, crop(astronaut, result.box))


def test_without_a_face_the_whole_picture_is_stretched() -> None:
    coffee = np.asarray(skimage.data.coffee())
    result = crop_face(coffee, size=100)
    assert not result.found
    assert result.box == Box(0, 0, 600, 400)
    np.testing.assert_array_equal(result.image, crop(coffee, Box(0, 0, 600, 400), size=100))


def test_the_second_face_can_be_chosen(astronaut: Image) -> None:
    head = astronaut[0:230, 110:340]
    canvas = np.full((420, 640, 3), 128, dtype=np.uint8)
    on_canvas(canvas, resized(head, 0.75), 20, 60)
    on_canvas(canvas, resized(head, 1.5), 280, 30)
    large, small = crop_face(canvas), crop_face(canvas, face=1)
    assert large.box.left > small.box.left


@pytest.mark.parametrize("face", [-1, 1, 7])
def test_a_face_that_is_not_there_is_refused(astronaut: Image, face: int) -> None:
    with pytest.raises(FaceError, match=f"no face number {face}"):
        crop_face(astronaut, face=face)


def test_a_face_is_followed_until_it_has_gone(astronaut: Image) -> None:
    (box,) = find_faces(astronaut)
    moved = np.roll(astronaut, (10, -15), axis=(0, 1))
    followed = follow_face(moved, box)
    assert followed is not None
    assert holds(followed, *((x - 15, y + 10) for x, y in (*EYES, CHIN)))
    assert follow_face(np.roll(astronaut, 200, axis=1), box) is None


def test_without_a_face_only_number_0_falls_back() -> None:
    plain = np.full((60, 60, 3), 90, dtype=np.uint8)
    assert not crop_face(plain, face=0).found
    with pytest.raises(FaceError):
        crop_face(plain, face=1)


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((40, 40, 3), dtype=np.float32),
        np.zeros((40, 40), dtype=np.uint8),
        np.zeros((40, 40, 4), dtype=np.uint8),
        np.zeros((2, 40, 40, 3), dtype=np.uint8),
        np.zeros((0, 40, 3), dtype=np.uint8),
        [[0, 0, 0]],
    ],
    ids=["float", "grey", "rgba", "batch", "empty", "list"],
)
def test_what_is_no_rgb_image_is_refused(image: Any) -> None:
    with pytest.raises(ImageError, match="A picture must"):
        find_faces(image)
    with pytest.raises(ImageError, match="A picture must"):
        crop(image, Box(0, 0, 1, 1))


def test_a_crop_without_pixels_is_refused(astronaut: Image) -> None:
    with pytest.raises(ImageError, match="at least 1"):
        crop(astronaut, Box(0, 0, 10, 10), size=0)


def test_a_crop_of_its_own_size_keeps_every_pixel(astronaut: Image) -> None:
    np.testing.assert_array_equal(
        crop(astronaut, Box(100, 50, 224, 224)), astronaut[50:274, 100:324]
    )


def test_what_a_box_has_outside_is_left_out(astronaut: Image) -> None:
    np.testing.assert_array_equal(
        crop(astronaut, Box(-300, -20, 400, 170)), crop(astronaut, Box(0, 0, 100, 150))
    )
    corner = np.broadcast_to(astronaut[-1, -1], (8, 8, 3))
    np.testing.assert_array_equal(crop(astronaut, Box(600, 700, 10, 10), size=8), corner)


def test_shrinking_averages_fine_texture_instead_of_aliasing() -> None:
    board = (np.indices((448, 448)).sum(axis=0) % 2 * 255).astype(np.uint8)
    shrunk = crop(np.repeat(board[:, :, None], 3, axis=2), Box(0, 0, 448, 448))
    off = np.abs(shrunk.astype(int) - 127)
    assert off[1:-1, 1:-1].max() <= 1
    # At the frame bicubic weights are cut off and no longer cancel; an aliased board is 127 off.
    assert off.max() <= 3


def test_a_box_is_ready_for_json() -> None:
    assert Box(1, 2, 3, 4).as_list() == [1, 2, 3, 4]


@given(
    height=st.integers(1, 60),
    width=st.integers(1, 60),
    box=st.builds(
        Box, st.integers(-99, 99), st.integers(-99, 99), st.integers(-9, 150), st.integers(-9, 150)
    ),
    size=st.integers(1, 40),
)
@settings(max_examples=150)
def test_any_box_can_be_cropped(height: int, width: int, box: Box, size: int) -> None:
    columns = np.broadcast_to(np.arange(width, dtype=np.uint8)[None, :, None], (height, width, 3))
    result = crop(np.ascontiguousarray(columns), box, size)
    assert (result.shape, result.dtype) == ((size, size, 3), np.uint8)
    shown = np.arange(max(box.left, 0), min(box.left + box.width, width))
    if len(shown) and size > 4:  # cubic interpolation may overshoot a ramp's ends by a level
        assert shown[0] - 1 <= result.min() <= result.max() <= shown[-1] + 1


@given(
    height=st.integers(1, 700),
    width=st.integers(1, 700),
    x=st.floats(-1000, 1000),
    y=st.floats(-1000, 1000),
    side=st.floats(-10, 2000),
)
@settings(max_examples=300)
def test_a_square_set_by_hand_stays_inside(
    height: int, width: int, x: float, y: float, side: float
) -> None:
    image = np.empty((height, width, 3), dtype=np.uint8)
    box = square_around(image, x=x, y=y, side=side)
    assert inside(box, image)
    wanted = max(1, round(side))
    assert (box.width, box.height) == (min(wanted, width), min(wanted, height))
    if side / 2 + 1 <= x <= width - side / 2 - 1 and wanted <= width:
        assert abs(box.left + box.width / 2 - x) <= 1  # nothing had to be moved
