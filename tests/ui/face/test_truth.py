"""What is said about an attack follows from what the visitor says of their picture."""

from __future__ import annotations

import numpy as np
import pytest
from screen import Open, lab
from streamlit.testing.v1 import AppTest

from facemask_core import attacks
from facemask_core.data import samples
from facemask_core.labels import WITH_MASK, WITHOUT_MASK
from facemask_core.pictures import images, lab_note, model_input

ASTRONAUT = samples.get("astronaut").path.read_bytes()
WALL = images.encode_png(np.full((100, 140, 3), 90, np.uint8))
QUESTION = "Do you wear a mask?"


def upload(app: AppTest, file: bytes) -> AppTest:
    app.segmented_control(key="source").set_value("Upload").run()
    app.file_uploader[0].set_value(("mine.png", file, "image/png")).run()
    assert not app.exception
    assert not app.error
    return app


def answer(app: AppTest, word: str) -> AppTest:
    choice = next(it for it in app.segmented_control if it.label == QUESTION)
    return choice.set_value(word).run()


def mistakes(app: AppTest) -> list[str]:
    """What the page says of a model that is wrong before any attack."""
    return [it.value for it in app.info if "already wrong without an attack" in it.value]


def complaints(app: AppTest) -> list[str]:
    """What stands below the reasons why an answer may be wrong."""
    return [it.value for it in app.caption if "Nobody learns of this" in it.value]


@pytest.mark.usefixtures("brightness")
def test_the_words_follow_the_visitors_answer(open_page: Open) -> None:
    app = upload(open_page("Attack", epsilon="3"), ASTRONAUT)
    given = lab(app)
    before = given["label"]  # the model's own answer, which nobody called right
    assert given["words"]["outcomes"]["fooled"] == "Changed:"
    assert "fooled" not in given["words"]["flag"] + given["words"]["never"]
    assert given["record"]["true_class"] is None
    assert "true_class" not in given["note"]["fields"]
    assert complaints(app), "it may be wrong"
    words = {WITH_MASK: "yes", WITHOUT_MASK: "no"}

    given = lab(answer(app, words[before]))
    assert given["words"]["outcomes"]["fooled"] == "Fooled:"
    assert given["note"]["fields"]["true_class"] == given["record"]["true_class"]
    assert not mistakes(app)

    given = lab(answer(app, words[1 - before]))
    assert given["label"] == 1 - before
    assert len(mistakes(app)) == 1
    app = answer(upload(open_page("Inspect", map="saliency"), ASTRONAUT), words[1 - before])
    assert any("wrong, without any attack" in it.value for it in app.markdown)


@pytest.mark.usefixtures("brightness")
def test_without_a_face_nothing_is_fooled_until_someone_frames_it(open_page: Open) -> None:
    app = answer(upload(open_page("Attack", epsilon="3"), WALL), "yes")
    given = lab(app)
    assert given["headline"] is False
    assert given["words"]["outcomes"]["fooled"] == "Changed:"
    assert "No face was found" in app.warning[0].value
    assert not mistakes(app)
    assert not complaints(app), "of a wall, no answer is wrong"
    buttons = {it.label: it for it in app.button}
    given = lab(buttons["Use the whole picture"].click().run())
    assert given["headline"] is True
    assert given["words"]["outcomes"]["fooled"] == "Fooled:"
    assert not app.warning


@pytest.mark.usefixtures("brightness")
def test_a_sample_is_never_asked_about_and_a_picture_of_the_lab_brings_its_answer(
    open_page: Open,
) -> None:
    app = open_page("Attack", sample="portrait-03")
    assert QUESTION not in [it.label for it in app.segmented_control]
    assert lab(app)["headline"] is True
    face = images.resize(images.decode(ASTRONAUT))
    threat_model = attacks.make("fgsm").threat_model(0.1)
    note = lab_note.describe_attack("m", "0" * 64, threat_model, label=WITH_MASK)
    app = upload(app, model_input.encode(face, note))
    assert next(it for it in app.segmented_control if it.label == QUESTION).value == "yes"
