"""What of a face makes a wrong verdict likely is measured on its pixels."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from facemask_core.data import samples
from facemask_core.labels import WITHOUT_MASK
from facemask_core.pictures import faces, images
from facemask_core.pictures.conditions import CONDITIONS, find_conditions, measure_turn

Face = NDArray[np.uint8]
BARE = [
    faces.crop_face(images.decode(it.path.read_bytes())).image
    for it in samples.gallery()
    if it.label == WITHOUT_MASK
]


def names(face: Face, side: int = 200) -> set[str]:
    return {condition.key for condition in find_conditions(face, side)}


def darker(face: Face) -> Face:
    return (face * 0.2).astype(np.uint8)


def flatter(face: Face) -> Face:
    return (128 + 0.2 * (face.astype(float) - 128)).astype(np.uint8)


def blurred(face: Face) -> Face:
    return np.asarray(cv2.GaussianBlur(face, (0, 0), 6), np.uint8)


def red(face: Face) -> Face:
    return np.clip(face * np.array([1.3, 0.5, 0.4]), 0, 255).astype(np.uint8)


def covered(face: Face) -> Face:
    box = face.copy()
    box[135:215, 50:175] = (30, 90, 220)
    return box


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (darker, "dark"),
        (flatter, "flat"),
        (blurred, "blurred"),
        (red, "cast"),
        (covered, "covered"),
    ],
)
def test_a_changed_portrait_is_named_by_its_change(
    change: Callable[[Face], Face], key: str
) -> None:
    assert np.mean([key in names(change(face)) for face in BARE]) > 0.8
    assert np.mean([key in names(face) for face in BARE]) < 0.1


def test_a_small_face_and_an_even_one_are_measured_too() -> None:
    assert "small" in names(BARE[0], side=40)
    assert "small" not in names(BARE[0], side=60)
    assert {"flat", "blurred"} <= names(np.full((224, 224, 3), 128, np.uint8))


def test_a_condition_begins_where_it_was_measured_to_begin() -> None:
    """Another bound would name a difficulty that most pictures have, or hardly any."""
    assert {it.key: (it.bound, it.below) for it in CONDITIONS} == {
        "dark": (0.23, True),
        "flat": (0.13, True),
        "small": (48, True),
        "blurred": (0.158, True),
        "cast": (0.34, False),
        "turned": (0.8, False),
        "covered": (0.64, False),
    }


def test_a_face_is_turned_where_its_nose_hides_an_ear() -> None:
    front = np.array([(40, 50), (80, 50), (60, 75), (60, 95), (20, 60), (100, 60)], np.float64)
    assert measure_turn(front) == 0.0
    side = front + np.array([(0, 0), (0, 0), (36, 0), (30, 0), (0, 0), (0, 0)])
    assert measure_turn(side) == pytest.approx(0.9)
    assert measure_turn(side * (-1, 1)) == pytest.approx(0.9)
    turn = np.array([[0.8, 0.6], [-0.6, 0.8]])  # a tilt to the shoulder
    assert measure_turn(front @ turn) < 0.1 < 0.8 < measure_turn(side @ turn)
    assert "turned" in {it.key for it in find_conditions(BARE[0], 200, side)}
    assert "turned" not in {it.key for it in find_conditions(BARE[0], 200, front)}
    assert measure_turn(np.zeros((6, 2))) == 0.0
    for sample in samples.gallery():
        image = images.decode(sample.path.read_bytes())
        points = faces.find_points(image, faces.find_faces(image)[0])
        assert points is None or measure_turn(points) < 0.8, "portraits look into the camera"


def test_every_condition_says_what_to_do() -> None:
    assert len({condition.key for condition in CONDITIONS}) == len(CONDITIONS)
    for condition in CONDITIONS:
        assert condition.advice.endswith(".")
