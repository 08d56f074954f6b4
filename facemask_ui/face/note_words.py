"""What the note in a picture says was made on it, in the page's language."""

from __future__ import annotations

from facemask_core import attacks, corruptions
from facemask_core.epsilons import LEVELS
from facemask_core.pictures.lab_note import LabNote
from facemask_core.pictures.model_input import NoteReading
from facemask_ui.choices import attack_setup, corruption_names
from facemask_ui.language import DEFAULT, read_texts, say

_PROBLEMS = ("unreadable", "other_size", "other_pixels")


def describe_reading(
    reading: NoteReading, model: str | None = None, *, cropped: bool = False
) -> str:
    """Says what was read in a picture's file: its note, or what is wrong with that.

    Args:
        reading: What was read. A page has to escape the words of its note.
        model: What to call the note's model; None takes the name in the note.
        cropped: Whether someone wants the picture cropped to a face all the same.

    Returns:
        A sentence; empty where the file carries no note.
    """
    if reading.note is None:
        return _translate_problem(reading.problem)
    made = _describe_making(reading.note, model or reading.note.model)
    if not reading.note.shows_face:
        return say("picture.note.no_face", made=made)
    return say("picture.note.cropped" if cropped else "picture.note.judged", made=made)


def _translate_problem(problem: str) -> str:
    english = read_texts(DEFAULT)
    keys = (f"picture.note.{name}" for name in _PROBLEMS)
    return next((say(key) for key in keys if english.say(key) == problem), problem)


def _describe_making(note: LabNote, model: str | None) -> str:
    made = note.made.replace(" ", "_")
    if made == "attack" and note.attack is not None:
        return _describe_attack(note, note.attack, model)
    if made == "attack":
        return say("picture.note.crop")
    if made == "corruption":
        return say("picture.note.corruption", danger=_name_danger(note))
    if made == "heat_map":
        return _add_model(say("picture.note.heat_map"), model)
    if made == "drawn_mask":
        return say("picture.note.drawn_mask")
    return say(f"picture.note.{made}")


def _describe_attack(note: LabNote, attack: str, model: str | None) -> str:
    made = attack_setup.name_attack(attack) if attack in attacks.names() else attack
    if note.epsilon is not None:
        made = say("picture.note.at", made=made, epsilon=_write_epsilon(note.epsilon, note.norm))
    if note.step is not None:
        made = say("picture.note.step", made=made, step=note.step)
    made = _add_model(made, model)
    return say("picture.note.on_drawn_mask", made=made) if note.wears_drawn_mask else made


def _add_model(made: str, model: str | None) -> str:
    return say("picture.note.on_model", made=made, model=model) if model else made


def _name_danger(note: LabNote) -> str:
    """A danger's title and its value; one that this lab does not know keeps its name."""
    name = note.corruption
    if name is None:
        return say("picture.note.danger")
    if name not in corruptions.names():
        return name
    title = corruption_names.name_corruption(name).lower()
    if note.strength is None:
        return title
    value = corruptions.make(name).describe(note.strength)
    value = corruption_names.translate_value(name, value)
    return say("picture.note.valued", danger=title, value=value)


def _write_epsilon(epsilon: float, norm: str | None) -> str:
    if norm == "l2":
        return say("picture.note.in_l2", epsilon=attack_setup.write_significant(epsilon, 4))
    levels = attack_setup.write_significant(round(LEVELS * epsilon, 3), 6)
    return f"{levels}/{LEVELS}"
