"""What a visitor takes home is judged the same when it comes back, by a page or by a command."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from screen import Open, lab
from streamlit.testing.v1 import AppTest

from facemask_core import Classifier, attacks, load_classifier
from facemask_core.cli.pictures import read_face
from facemask_core.data import samples
from facemask_core.epsilons import LINF
from facemask_core.evaluation import verdicts
from facemask_core.pictures import images, lab_note, model_input
from facemask_ui.face import lab_pictures
from facemask_ui.face.question import Question

FGSM = attacks.make("fgsm")
LEVEL = 4


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return load_classifier("mobilenetv3", warm_up=False)


def attacked(
    classifier: Classifier, sample: samples.Portrait
) -> tuple[bytes, verdicts.AttackedFace]:
    """A portrait attacked as on the page, and its file."""
    face = images.resize(images.decode(sample.path.read_bytes()))
    question = Question(face, classifier, sample.label, FGSM, seed=0)
    epsilon = LINF.epsilon(LEVEL)
    result = verdicts.attack_face(classifier, face, FGSM, epsilon=epsilon, label=sample.label)
    note = lab_pictures.note_question(question, sample.label, None, epsilon=epsilon)
    return model_input.encode(result.adversarial, note), result


@pytest.mark.slow
def test_every_portrait_attacked_and_saved_is_judged_the_same_by_command(
    classifier: Classifier, tmp_path: Path
) -> None:
    outcomes = set()
    for sample in samples.gallery():
        file, result = attacked(classifier, sample)
        path = tmp_path / "mine.png"
        path.write_bytes(file)
        face = read_face(path, crop=None)
        np.testing.assert_array_equal(face.pixels, result.adversarial)
        again = verdicts.judge(classifier, face.pixels[None])[0]
        assert again.label == result.after.label, sample.id
        np.testing.assert_allclose(again.probabilities, result.after.probabilities, atol=1e-6)
        outcomes.add(result.outcome)
    assert len(samples.gallery()) == 24 + 1, "the portraits, and a photograph"
    assert verdicts.Outcome.FOOLED in outcomes


def upload(app: AppTest, file: bytes) -> AppTest:
    app.segmented_control(key="source").set_value("Upload").run()
    return app.file_uploader[0].set_value(("mine.png", file, "image/png")).run()


@pytest.mark.usefixtures("brightness")
@pytest.mark.parametrize("sample", samples.gallery()[::9], ids=lambda it: it.id)
def test_a_portrait_attacked_and_saved_is_the_same_face_on_a_page(
    open_page: Open, classifier: Classifier, sample: samples.Portrait
) -> None:
    file, result = attacked(classifier, sample)
    app = upload(open_page("Attack", epsilon="3"), file)
    assert not app.exception
    captions = " ".join(caption.value for caption in app.caption).replace("\\", "")
    assert "made by the lab: FGSM at 4/255 on MobileNetV3" in captions
    assert "it is judged as it is, not cropped again" in captions
    given = lab(app)
    assert given["note"]["fields"]["frame"] == "whole"
    assert given["note"]["values"] == [LINF.epsilon(notch) for notch in LINF.notches]
    again = app.session_state["picture:Upload"]
    np.testing.assert_array_equal(images.resize(again.pixels), result.adversarial)


@pytest.mark.usefixtures("brightness")
def test_a_note_of_a_stranger_is_text_and_names_no_folder(open_page: Open) -> None:
    face = images.resize(images.decode(samples.gallery()[0].path.read_bytes()))
    threat_model = FGSM.threat_model(0.1)
    note = lab_note.describe_attack("../../etc ![x](//evil) <b>", "0" * 64, threat_model)
    app = upload(open_page("Inspect", map="saliency"), model_input.encode(face, note))
    assert not app.exception
    (caption,) = (it.value for it in app.caption if "made by the lab" in it.value)
    assert r"\!\[x\]\(//evil\) \<b\>" in caption
