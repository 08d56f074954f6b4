"""What a picture's note says is said in each language, and in English as the core says it."""

from __future__ import annotations

import pytest

from facemask_core.evaluation.lab_pictures import describe_note
from facemask_core.pictures import model_input
from facemask_core.pictures.lab_note import LabNote
from facemask_core.pictures.model_input import NoteReading
from facemask_ui.face import note_words

ATTACKED = LabNote(made="attack", model="vgg19", attack="fgsm", epsilon=4 / 255, norm="linf")
NOTES = (
    ATTACKED,
    ATTACKED.model_copy(update={"norm": "l2", "epsilon": 2.25}),
    ATTACKED.model_copy(update={"epsilon": 1.5 / 255, "step": 3}),
    ATTACKED.model_copy(update={"attack": "newer", "model": None, "wears_drawn_mask": True}),
    LabNote(made="attack"),
    LabNote(made="heat map", model="x"),
    LabNote(made="drawn mask"),
    LabNote(made="crop"),
    LabNote(made="corruption", corruption="darker", strength=1.0),
    LabNote(made="corruption", corruption="rain"),
    LabNote(made="corruption"),
    LabNote(made="heat"),
    LabNote(made="noise"),
    LabNote(made="sheet"),
)


@pytest.mark.parametrize("cropped", [False, True])
@pytest.mark.parametrize("note", NOTES)
def test_english_is_the_cores(note: LabNote, cropped: bool) -> None:
    said = note_words.describe_reading(NoteReading(note), "MobileNetV3", cropped=cropped)
    assert said == describe_note(note, "MobileNetV3", cropped=cropped)
    assert note_words.describe_reading(NoteReading(note)) == describe_note(note)


@pytest.mark.parametrize(
    "which", ["that cannot be read", "for a picture of another size", "for other pixels"]
)
def test_every_problem_of_the_core_stands_in_the_files(which: str) -> None:
    problem = model_input._describe_problem(which)
    assert note_words.describe_reading(NoteReading(problem=problem)) == problem
    known = (f"picture.note.{name}" for name in note_words._PROBLEMS)
    assert problem in [note_words.say(key) for key in known]
