"""The face finder of the pupil's own device finds what the core finds, box by box."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.ondevice.runtimes import Node, box_of
from facemask_core.data import samples
from facemask_core.pictures import faces, images
from facemask_core.pictures.faces import Box
from facemask_core.web.export import FINDER_WEIGHTS, export_finder

Picture = NDArray[np.uint8]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("finder")
    export_finder(folder)
    return folder


@pytest.fixture(scope="module")
def node(exported: Path) -> Iterator[Node]:
    with Node() as runtime:
        runtime.open([], finder=exported)
        yield runtime


def portrait(number: int) -> Picture:
    return images.decode(samples.gallery()[number].path.read_bytes())


def on_canvas(height: int, width: int, *places: tuple[Picture, int, int, int]) -> Picture:
    """Puts pictures of some size on a grey ground, each by its left, its top and its side."""
    canvas = np.full((height, width, 3), 118, np.uint8)
    for picture, left, top, side in places:
        canvas[top : top + side, left : left + side] = images.resize(picture, side)
    return canvas


def check(node: Node, photograph: Picture, count: int) -> None:
    expected = faces.find_faces(photograph[..., :3])
    found = node.find_faces(photograph)
    boxes = [box_of(face) for face in found]
    assert boxes == faces.left_to_right(expected)
    assert len(boxes) == count
    assert [box for box, face in zip(boxes, found, strict=True) if face["largest"]] == expected[:1]


def test_the_faces_of_portraits_are_the_cores(node: Node) -> None:
    for number in (0, 7, 13):
        check(node, portrait(number), 1)
        check(node, np.ascontiguousarray(portrait(number)[:, ::-1]), 1)


def test_several_faces_stand_from_the_left(node: Node) -> None:
    photograph = on_canvas(
        400,
        900,
        (portrait(3), 560, 60, 330),
        (portrait(5), 10, 90, 250),
        (portrait(8), 300, 10, 230),
    )
    check(node, photograph, 3)
    opaque = np.full((400, 900, 1), 255, np.uint8)  # as a canvas gives it
    check(node, np.concatenate([photograph, opaque], axis=2), 3)


def test_small_faces_in_a_large_photograph_are_found_in_its_tiles(node: Node) -> None:
    photograph = on_canvas(1100, 1700, (portrait(2), 1300, 700, 150), (portrait(4), 200, 150, 140))
    assert max(box.width for box in faces.find_faces(photograph)) < 0.15 * 1700
    check(node, photograph, 2)


def test_a_pale_face_and_one_that_fills_the_picture_are_found(node: Node) -> None:
    pale = (portrait(1) // 12 + 110).astype(np.uint8)
    check(node, pale, len(faces.find_faces(pale)))
    (box,) = faces.find_faces(portrait(1))
    check(node, faces.crop(portrait(1), box), 1)


def test_where_no_face_is_none_is_found(node: Node) -> None:
    check(node, np.random.default_rng(2).integers(0, 256, (200, 333, 3), np.uint8), 0)
    check(node, np.zeros((33, 900, 3), np.uint8), 0)


def test_a_face_is_followed_from_picture_to_picture(node: Node) -> None:
    photograph = portrait(6)
    (box,) = faces.find_faces(photograph)
    for moved in (Box(box.left + 9, box.top - 6, box.width, box.height), Box(0, 0, 40, 40)):
        expected = faces.follow_face(photograph, moved)
        found = node.follow_face(photograph, moved)
        assert (found and box_of(found)) == expected


def test_a_device_without_a_finder_and_with_other_weights_says_so(
    exported: Path, tmp_path: Path
) -> None:
    for file in exported.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    weights = tmp_path / FINDER_WEIGHTS
    weights.write_bytes(weights.read_bytes()[:-1] + b"\1")
    with Node() as runtime:
        runtime.open([])
        with pytest.raises(RuntimeError, match="no face finder"):
            runtime.find_faces(portrait(0))
        runtime.open([], finder=tmp_path)
        with pytest.raises(RuntimeError, match="not the plan's"):
            runtime.find_faces(portrait(0))
