"""A room about a model that the class brought along: its answers, in that room alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from foreign_files import write_mean_colours
from screen import Open

from facemask_core.attacks.fgsm import FGSM
from facemask_core.robustness import sweep_epsilons
from facemask_ui.choices import own_models
from facemask_ui.classroom import answers, programme
from facemask_ui.classroom.class_model import ClassModel
from facemask_ui.lesson import subjects
from facemask_ui.rooms import ROOMS, RoomError, Step
from facemask_ui.visitors import shared_cache

pytestmark = pytest.mark.usefixtures("light_models")


def test_a_class_guesses_about_its_own_model_and_nothing_of_it_outlives_the_room(
    open_page: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_models, "_shelves", {})
    monkeypatch.setattr(answers, "prepare", lambda _steps: None)  # the chapters' questions
    app = open_page("Class")
    assert "page Models" in " ".join(it.value for it in app.caption)
    app.switch_page("pages/4_Models.py").run()
    file = write_mean_colours(tmp_path / "m.h5")
    app.session_state["own-model:files"] = {"m.h5": file.read_bytes()}
    app.run().switch_page("pages/7_Class.py").run()
    choice = app.selectbox(key="class:model")
    assert choice.options == ["The lab’s own", "m (yours)"]
    choice.select_index(1).run()
    (make,) = (it for it in app.button if it.label == "Make the room")
    make.click().run()
    assert not app.exception
    code = app.session_state["class:room"].code
    assert app.query_params["room"] == code
    steps = {it.step.id: it.step for it in ROOMS.find(code, "").records}

    classifier = app.session_state["own-models"].models[0].classifier
    question = answers.ask(subjects.BARE, classifier)
    sweep = sweep_epsilons(classifier, question.face, question.label, FGSM())
    for level in steps["guess"].levels:
        truth = steps["guess"].find_truth(level) or {}
        assert truth["probabilities"] == pytest.approx(sweep.probabilities[int(level)], abs=1e-6)
    assert "m" in (steps["guess"].data["model_title"], steps["slider"].data["model_title"])
    name = check_pattern(steps["slider"], question.face, sweep.adversarial[3])
    asked = {it.id: it.data["whose"] for it in steps.values() if "whose" in it.data}
    assert {"guess", "slider"} == {id_ for id_, whose in asked.items() if whose == "class"}
    assert {"own", "own-noise", "numbers"} <= {id_ for id_, it in asked.items() if it == "lab"}

    sha256 = classifier.card.weights_sha256
    shared = shared_cache._shared_cache("films", 48)
    assert not [key for key in shared.list_keys() if sha256 in key]
    ROOMS.end(code)
    with pytest.raises(RoomError):
        ROOMS.find_file(name)


def check_pattern(step: Step, face: np.ndarray, attacked: np.ndarray) -> str:
    """A phone draws the attacked face of the third notch from the room's pattern; its name."""
    assert step.model is None
    assert step.pattern is not None
    bits = np.frombuffer(ROOMS.find_file(step.pattern.name), np.uint8)
    up, moves = np.unpackbits(bits).astype(int).reshape(2, *face.shape)
    drawn = np.clip(face + 3 * (2 * up - 1) * moves, 0, 255)
    assert np.array_equal(drawn, attacked)
    return step.pattern.name


def test_a_class_s_mobilenet_goes_to_the_devices_of_its_room() -> None:
    film = answers.find_film(subjects.BARE, subjects.pick_model())
    files = {"plan.json": b"{}", "weights.safetensors": b"the weights"}
    lesson = programme.steps(45, "en", class_model=ClassModel("ours", film, files))
    steps = {it.id: it for it in lesson}
    for name in ("own", "own-noise"):
        own = steps[name]
        assert (own.model, own.data["second"], own.data["whose"]) == ("class", "class", "class")
        assert own.data["files"]["models/class/plan.json"] == f"room/file/{own.files[0].name}"
        assert {"engine.wasm", "attacks.json"} <= own.data["files"].keys()
        assert b"the weights" not in str(own.describe()).encode()
    assert steps["own-robust"].data["whose"] == "lab"
