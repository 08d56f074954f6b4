"""The dials of danger: the picture and the answers go by the dial, and the nearest danger leads."""

from __future__ import annotations

import numpy as np
import pytest
from screen import Open

from facemask_core import Classifier, corruptions, robustness
from facemask_core.corruptions.mouth_box import CHIN
from facemask_core.evaluation.verdicts import judge
from facemask_core.pictures.faces import Box
from facemask_ui.choices import models
from facemask_ui.face.pictures import read_sample
from facemask_ui.inspect.dangers import dials, ranking
from facemask_ui.inspect.dangers.place import find_place

WHOLE = (0.0, 0.0, 1.0, 1.0)
GREY = np.full((224, 224, 3), 140, np.uint8)
"""Brighter than a half, so the model of these tests calls it masked; at x0.91 it does no longer."""


def test_there_is_a_dial_for_each_corruption_and_for_epsilon() -> None:
    every = dials.list_dials(WHOLE)
    assert [dial.name for dial in every] == [*corruptions.names(), "epsilon"]
    for dial in every:
        written = {dial.describe(notch) for notch in range(1, dial.last + 1)}
        assert len(written) == dial.last, "a slider tells its notches apart"


def test_a_dial_answers_what_the_picture_it_shows_is_judged(brightness: Classifier) -> None:
    every = {dial.name: dial for dial in dials.list_dials(WHOLE)}
    for name in ("darker", "epsilon"):
        dial = every[name]
        verdicts = dial.judge(GREY, "any")
        assert len(verdicts) == dial.last + 1
        for notch in (0, 3, dial.last):
            (verdict,) = judge(brightness, dial.draw(GREY, notch, "any")[None])
            assert verdict.label == verdicts[notch].label
            assert verdict.probabilities == pytest.approx(verdicts[notch].probabilities, abs=1e-5)
    # Strength 0.25 makes x0.88; 13 levels of 140 are needed to fall below 127.5.
    assert every["darker"].find_first_change(GREY, "any") == 1
    assert every["epsilon"].find_first_change(GREY, "any") == 13
    assert every["brighter"].find_first_change(GREY, "any") is None


@pytest.mark.usefixtures("brightness")
def test_the_nearest_danger_leads_the_table() -> None:
    every = {dial.name: dial for dial in dials.list_dials(WHOLE)}
    chosen = [every[name] for name in ("brighter", "epsilon", "darker")]
    notches = {
        title: [dial.find_first_change(GREY, "any") for dial in chosen] for title in ("A", "B")
    }
    table = ranking.tabulate_changes(chosen, notches)
    assert table["danger"].tolist() == ["Darkness", "Attack (FGSM)", "Brightness"]
    assert table["A"].tolist() == ["x0.88 (5 %)", "epsilon 13/255 (41 %)", "holds"]
    assert table["A"].tolist() == table["B"].tolist()


def test_the_box_lies_where_the_face_is() -> None:
    picture = read_sample("portrait-04")
    (face, *_) = picture.faces
    assert find_place(picture, face) == pytest.approx((0.0, 0.0, 1.0, CHIN))
    height, width = picture.pixels.shape[:2]
    left, top, right, bottom = find_place(picture, None)
    assert left == pytest.approx(face.left / width)
    assert bottom == pytest.approx((face.top + CHIN * face.height) / height)
    assert 0 < right - left < 1
    assert top < bottom
    assert find_place(picture, Box(0, 0, 5, 5)) == WHOLE, "no face in the part in use"


@pytest.mark.usefixtures("brightness")
def test_dials_wait_until_they_are_opened_and_travel_in_the_link(open_page: Open) -> None:
    app = open_page("Inspect", map="saliency", danger="jpeg", **{"danger-jpeg": "12"})
    assert "What else changes the answer?" in [header.value for header in app.header]
    assert not app.select_slider
    app.session_state["dangers"] = True
    app.run()
    assert not app.exception
    (slider,) = app.select_slider
    assert slider.value == 12
    names = [models.title(name) for name in models.shipped()]
    table = app.dataframe[-1].value
    assert list(table.columns) == ["danger", *names]
    assert len(table) == len(corruptions.names()) + 1
    shown = [caption.value for caption in app.caption]
    assert any("page Attack" in text for text in shown)
    assert robustness.LARGEST == 32
