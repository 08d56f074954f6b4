"""How a face stands: against the angles that portraits were rendered at, and against warps."""

from __future__ import annotations

import csv

import cv2
import numpy as np
import pytest

from facemask_core.data import samples
from facemask_core.pictures import images
from facemask_core.pictures.face_pose import FacePose, find_pose
from facemask_core.pictures.faces import find_faces

TURNED = 20
"""Degrees from which a head is clearly turned."""


def test_a_head_is_turned_as_it_was_rendered() -> None:
    """A head turned by positive degrees looks to the picture's left."""
    with (samples.FACES_DIR / samples.TABLE).open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["label"] == "without_mask"]
    turned = [row for row in rows if abs(int(row["turn_degrees"])) >= TURNED][:12]
    assert {int(row["turn_degrees"]) > 0 for row in turned} == {False, True}
    for row in turned:
        picture = images.decode((samples.FACES_DIR / row["file"]).read_bytes())
        pose = find_pose(picture, find_faces(picture)[0])
        assert np.sign(pose.turn) == -np.sign(int(row["turn_degrees"])), row["file"]


@pytest.mark.parametrize("degrees", [-40, 0, 75])
def test_a_pose_goes_along_with_a_warp(degrees: int) -> None:
    pose = FacePose(
        np.array([100.0, 80.0]), np.array([5.0, 90.0]), np.array([-60.0, 2.0]), np.array([40.0, -1])
    )
    matrix = cv2.getRotationMatrix2D((50, 60), degrees, 1.3)
    points = ((0.2, 0.5), (0.5, 0.315), (0.9, 0.8))
    moved = pose.place(points) @ matrix[:, :2].T + matrix[:, 2]
    np.testing.assert_allclose(pose.warp(matrix).place(points), moved)
