"""Chapter 6 shows a face on which the models differ, and that was measured."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from facemask_core.data import samples
from facemask_core.models import checkpoints
from facemask_ui.choices import models
from facemask_ui.language import read_texts
from facemask_ui.language.texts import LANGUAGES
from facemask_ui.lesson import subjects, transfer_faces
from facemask_ui.lesson.chapters import others
from facemask_ui.lesson.transfer_faces import Trial, Trials
from facemask_ui.lesson_file import stored

OTHERS = ("a", "b", "c", "d")
HALF = Trial("half", 8, first_fooled=True, right_before=OTHERS, fooled=("a", "b"), least=0.6)


def test_the_face_is_one_on_which_the_models_differ_most_clearly() -> None:
    rows = (
        replace(HALF, sample="one", fooled=("a",), least=0.9),
        HALF,
        replace(HALF, sample="clearer", least=0.7),
        replace(HALF, sample="all", fooled=OTHERS, least=0.9),
        replace(HALF, sample="none", fooled=(), least=0.9),
        replace(HALF, sample="first holds", first_fooled=False, least=0.9),
        replace(HALF, sample="wrong before", right_before=OTHERS[:3], least=0.9),
    )
    picked = Trials(OTHERS, rows).pick()
    assert picked is not None
    assert picked.sample == "clearer"
    assert Trials(OTHERS, rows[3:]).pick() is None


def test_portraits_are_counted_by_how_many_models_fall() -> None:
    rows = tuple(
        replace(HALF, sample=str(number), fooled=fooled)
        for number, fooled in enumerate([(), ("a",), ("a", "b"), OTHERS, ("d",)])
    )
    trials = Trials(OTHERS, (*rows, replace(HALF, level=3)))
    assert trials.count_portraits(8, OTHERS) == (1, 3, 1)
    assert trials.count_portraits(8, ("a", "b")) == (2, 1, 2), "of those that a lab offers"


def test_what_was_measured_belongs_to_the_shipped_weights_and_to_the_lesson_in_one_file() -> None:
    trials = transfer_faces.read_trials()
    assert trials is not None
    assert (subjects.pick_model(), *trials.others) == models.shipped()
    portraits = samples.read_portraits(samples.GALLERY_DIR)
    places = {(it.sample, it.level) for it in trials.rows}
    assert places == {(it.id, level) for it in portraits for level in transfer_faces.EPSILONS}
    picked, answers = trials.pick(), stored.read_answers()
    assert picked is not None
    assert 0 < len(picked.fooled) < len(trials.others)
    assert (answers.sample, answers.level) == (picked.sample, picked.level)
    label = subjects.read_label(picked.sample)
    assert {name for name, pair in answers.after.items() if pair[label] < 0.5} == {*picked.fooled}
    assert min(max(pair) for pair in answers.after.values()) >= picked.least - 1e-4


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_chapter_says_why_this_face_and_how_the_others_went(language: str) -> None:
    (sentence,) = others.Others().tell_choice(read_texts(language).within("lesson"))
    trials = transfer_faces.read_trials()
    assert trials is not None
    for count in trials.count_portraits(others.pick_face().level, trials.others):
        assert f"**{count}**" in sentence


def test_other_weights_have_the_face_of_the_other_chapters(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    content = json.loads(transfer_faces.PATH.read_text("utf-8"))
    content["weights"][checkpoints.available()[0]] = "0" * 64
    file = tmp_path / "trials.json"
    monkeypatch.setattr(transfer_faces, "PATH", file)
    monkeypatch.setattr(transfer_faces, "read_trials", transfer_faces.read_trials.__wrapped__)
    for text in (json.dumps(content), "[]", "{"):
        file.write_text(text, encoding="utf-8")
        assert others.pick_face() == others.Face(subjects.BARE, subjects.STRONG)
        assert others.Others().tell_choice(read_texts("en").within("lesson")) == []
