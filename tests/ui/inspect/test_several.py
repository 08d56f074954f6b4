"""Several pictures: every face is judged once, and what has no face says so in its line."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from PIL import Image
from screen import Open

from facemask_core.data import samples
from facemask_core.pictures import faces, images, model_input
from facemask_core.pictures.lab_note import LabNote
from facemask_ui.choices import models
from facemask_ui.face import answers, pictures
from facemask_ui.inspect.several import table
from facemask_ui.inspect.several.choice import ChosenPicture


def choose(name: str, data: bytes) -> ChosenPicture:
    return ChosenPicture(pictures.read_upload(name, "several", data))


def draw_two_faces() -> bytes:
    """Two portraits beside each other, the smaller one at the left."""
    (left, right) = (Image.open(it.path).convert("RGB") for it in samples.gallery()[:2])
    sheet = Image.new("RGB", (900, 500), "grey")
    sheet.paste(left.resize((300, 300)), (40, 100))
    sheet.paste(right.resize((448, 448)), (420, 20))
    return images.encode_png(np.asarray(sheet))


PHOTOGRAPH = samples.PHOTOGRAPH.path.read_bytes()
GREY = np.full((224, 224, 3), 128, np.uint8)


def test_every_face_has_a_line_and_what_has_none_says_why() -> None:
    crowd = choose("two.png", draw_two_faces()).all_faces
    assert [(line.number, line.count) for line in crowd] == [(1, 2), (2, 2)]
    boxes = [line.box for line in crowd]
    assert boxes[0] is not None
    assert boxes[1] is not None
    assert boxes[0].left < boxes[1].left
    pixels = images.decode(draw_two_faces())
    for line in crowd:
        assert line.pixels is not None
        np.testing.assert_array_equal(line.pixels, faces.crop(pixels, line.box))
    for name, data, part in (
        ("wall.png", images.encode_png(GREY), "No face was found"),
        ("notes.txt", b"no picture", "not a picture"),
        ("noise.png", model_input.encode(GREY, LabNote(made="noise")), "no photograph of a face"),
    ):
        (line,) = choose(name, data).all_faces
        assert (line.pixels, line.count) == (None, 0)
        assert part in line.remark


def test_a_picture_of_the_lab_is_not_cropped_again() -> None:
    (line,) = choose("crop.png", model_input.encode(GREY, LabNote(made="crop"))).all_faces
    assert line.pixels is not None
    np.testing.assert_array_equal(line.pixels, GREY)
    assert "judged as it is" in line.remark


@pytest.mark.usefixtures("brightness")
def test_the_page_judges_all_and_opens_one_alone(open_page: Open) -> None:
    app = open_page("Inspect", view="several")
    assert "every face in them is judged" in app.info[0].value
    names = ("=two.png", "astronaut.png", "wall.png")
    files = (draw_two_faces(), PHOTOGRAPH, images.encode_png(GREY))
    app.file_uploader[0].set_value(
        [(name, data, "image/png") for name, data in zip(names, files, strict=True)]
    ).run()
    assert not app.exception
    assert app.header[0].value == "3 faces in 3 pictures"
    shown = app.dataframe[0].value
    assert list(shown["Picture"]) == [
        "=two.png, face 1 of 2",
        "=two.png, face 2 of 2",
        "astronaut.png",
        "wall.png",
    ]
    title = models.title(models.shipped()[0])
    assert shown[title].iloc[3] == "–"
    assert [bool(face) for face in shown["Face"]] == [True, True, True, False]
    assert "No face was found" in shown["Remark"].iloc[3]

    chosen = app.session_state["pictures:several"]
    lines = [line for picture in chosen for line in picture.all_faces]
    classifier = models.load(models.shipped()[0])
    verdicts = [
        {} if line.pixels is None else {"m": answers.judge_face(classifier, line.pixels)}
        for line in lines
    ]
    rows = list(csv.DictReader(io.StringIO(table.write_csv(lines, verdicts, ["m"]))))
    assert rows[0]["picture"] == "'=two.png"
    assert rows[3]["m:answer"] == rows[3]["left"] == ""
    for row, verdict, text in zip(rows[:3], verdicts[:3], shown[title][:3], strict=True):
        assert row["m:answer"] == verdict["m"].name
        assert float(row["m:confidence"]) == pytest.approx(verdict["m"].confidence, abs=1e-6)
        assert verdict["m"].name.replace("_", " ") in text.lower()

    app.session_state["several-table"] = {"selection": {"rows": [1], "columns": [], "cells": []}}
    app.run()
    next(it for it in app.button if "face 2 of 2" in it.label).click().run()
    assert not app.exception
    assert "view" not in app.query_params
    crop = next(it for it in app.segmented_control if it.label == "Crop")
    assert crop.value == "2"
    assert app.session_state["picture:Upload"] is chosen[0].picture
