"""``predict`` prints a row or a line for each picture."""

from __future__ import annotations

import json
import os
from pathlib import Path

import needs
import numpy as np
import pytest
from command_line import MODEL, PORTRAIT, Lab, assert_one_sentence, assert_verdict, loaded, pixels

from facemask_core.labels import LABELS
from facemask_core.models import checkpoints
from facemask_core.pictures import images


def test_predicting_prints_one_row_a_picture(lab: Lab, tmp_path: Path, picture: Path) -> None:
    other = tmp_path / "ünï cödé.png"
    other.write_bytes(images.encode_png(pixels(1)))
    answer = lab("predict", picture, other, "--model", MODEL, "--no-crop", "--json")
    assert answer.code == 0
    assert answer.err == ""
    rows = json.loads(answer.out)
    assert [row["path"] for row in rows] == [str(picture), str(other)]
    for row in rows:
        assert row.keys() == {
            "path",
            "label",
            "confidence",
            "unsure",
            "probabilities",
            "box",
            "faces",
            "face",
            "wears_drawn_mask",
            "made_by_the_lab",
        }
        assert row["box"] is None
        assert_verdict(row)


def test_the_printed_probabilities_are_the_models_own(lab: Lab, picture: Path) -> None:
    (row,) = json.loads(lab("predict", picture, "--model", MODEL, "--no-crop", "--json").out)
    logits = loaded(MODEL, warm_up=False).predict(images.to_float(images.resize(pixels()))[None])
    odds = np.exp(float(logits[0, 1]) - float(logits[0, 0]))
    assert row["probabilities"]["with_mask"] == pytest.approx(odds / (1 + odds), abs=1e-6)


def test_predicting_tells_people_label_and_confidence(lab: Lab, picture: Path) -> None:
    answer = lab("predict", picture, "--model", MODEL, "--no-crop")
    assert answer.code == 0
    assert answer.out.startswith(f"{picture}: ")
    assert any(f": {label}, confidence " in answer.out for label in LABELS)


def test_the_face_is_cropped_and_its_box_told(lab: Lab) -> None:
    answer = lab("predict", PORTRAIT, "--model", MODEL, "--json")
    assert answer.code == 0
    (row,) = json.loads(answer.out)
    height, width = images.decode(PORTRAIT.read_bytes()).shape[:2]
    assert len(row["box"]) == 4
    assert all(isinstance(value, int) for value in row["box"])
    assert all(-max(height, width) < value < 2 * max(height, width) for value in row["box"])
    assert_verdict(row)


def test_a_picture_without_a_face_is_used_whole_and_that_is_said(lab: Lab, picture: Path) -> None:
    cropped = lab("predict", picture, "--model", MODEL, "--json")
    assert cropped.code == 0
    assert "no face" in cropped.err
    (row,) = json.loads(cropped.out)
    assert (row["box"], row["faces"]) == (None, 0)
    (whole,) = json.loads(lab("predict", picture, "--model", MODEL, "--no-crop", "--json").out)
    assert row == whole | {"faces": 0}
    line = lab("predict", picture, "--model", MODEL).out
    assert line.strip().endswith("(no face was found: this is about the whole picture)")


@pytest.fixture
def two_faces(tmp_path: Path) -> Path:
    """A picture of a small face on the left and a large one on the right."""
    portrait = images.decode(PORTRAIT.read_bytes())
    small, large = images.resize(portrait, 200), images.resize(portrait, 300)
    beside = np.pad(small, ((50, 50), (0, 0), (0, 0)), mode="edge")
    path = tmp_path / "two.png"
    path.write_bytes(images.encode_png(np.concatenate([beside, large], axis=1)))
    return path


def test_several_faces_are_counted_and_the_largest_is_judged(lab: Lab, two_faces: Path) -> None:
    answer = lab("predict", two_faces, "--model", MODEL, "--json")
    (row,) = json.loads(answer.out)
    assert (row["faces"], row["face"]) == (2, 2)
    assert "2 faces; judged: face 2 from the left, the largest" in answer.err
    assert "(2 faces; judged: face 2 from" in lab("predict", two_faces, "--model", MODEL).out


def test_each_face_can_be_chosen_by_its_number(lab: Lab, two_faces: Path) -> None:
    every = json.loads(lab("predict", two_faces, "--model", MODEL, "--all-faces", "--json").out)
    assert [row["face"] for row in every] == [1, 2]
    assert every[0]["box"][0] < 200 < every[1]["box"][0]
    for row in every:
        one = lab("predict", two_faces, "--model", MODEL, "--face", row["face"], "--json")
        assert json.loads(one.out) == [row]


def test_every_face_has_an_answer_and_a_numbered_file_of_its_own(
    lab: Lab, two_faces: Path, tmp_path: Path
) -> None:
    words = ("--model", MODEL, "--output", tmp_path / "out.png", "--json")
    fgsm = ("--attack", "fgsm", "--epsilon", "8/255", "--label", "without_mask")
    for command, *options in (("attack", *fgsm), ("explain",)):
        every = json.loads(lab(command, two_faces, *words, *options, "--all-faces").out)
        files = [tmp_path / "out-1.png", tmp_path / "out-2.png"]
        assert [row["face"] for row in every] == [1, 2]
        assert [row["output"] for row in every] == list(map(str, files))
        saved = files[0].read_bytes()
        one = json.loads(lab(command, two_faces, *words, *options, "--face", 1).out)
        assert one | {"output": every[0]["output"]} == every[0]
        assert (tmp_path / "out.png").read_bytes() == saved != files[1].read_bytes()
        assert all(Path(row["output"]).unlink() is None for row in (*every, one))
        files[1].mkdir()
        refused = lab(command, two_faces, *words, *options, "--all-faces")
        assert_one_sentence(refused, "out-2.png", "--output (face 2)")
        files[1].rmdir()
    for command in ("sweep", "corrupt"):
        refused = lab(command, two_faces, "--model", MODEL, "--all-faces")
        assert_one_sentence(refused, f"{command} is about one face", "--face 2")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--face", 3), "there is no face 3; 2 faces were found, numbered from the left"),
        (("--face", 0), "there is no face 0"),
        (("--face", 1, "--all-faces"), "exclude each other"),
        (("--face", 1, "--no-crop"), "--face crops to faces and --no-crop does not"),
    ],
)
def test_a_face_that_cannot_be_chosen_is_refused(
    lab: Lab, two_faces: Path, options: tuple[str | int, ...], reason: str
) -> None:
    answer = lab("predict", two_faces, "--model", MODEL, *options)
    assert (answer.code, answer.out) == (2, "")
    assert reason in answer.err


def test_a_face_is_chosen_only_where_there_is_one(lab: Lab, picture: Path) -> None:
    answer = lab("predict", picture, "--model", MODEL, "--face", 1)
    assert answer.code == 2
    assert "no face was found to choose; leave out --face" in answer.err


def test_one_bad_picture_does_not_cost_the_others(lab: Lab, tmp_path: Path, picture: Path) -> None:
    answer = lab("predict", tmp_path / "gone.png", picture, "--model", MODEL, "--no-crop", "--json")
    assert answer.code == 2
    assert [row["path"] for row in json.loads(answer.out)] == [str(picture)]
    assert "gone.png" in answer.err
    assert "\n" not in answer.err.strip()


def test_a_model_may_be_given_by_its_folder(lab: Lab, picture: Path) -> None:
    folder = checkpoints.locate(MODEL)
    by_folder = lab("predict", picture, "--model", folder, "--no-crop", "--json")
    by_name = lab("predict", picture, "--model", MODEL, "--no-crop", "--json")
    assert by_folder.out == by_name.out


@needs.any_file_name
def test_a_file_name_that_is_no_unicode_does_not_crash(lab: Lab, tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.png"))
    path.write_bytes(images.encode_png(pixels()))
    assert lab("predict", path, "--model", MODEL, "--no-crop").code == 0
