"""The lab's own pictures in words: what a note in one says was made on it."""

from __future__ import annotations

from facemask_core import attacks, corruptions
from facemask_core.epsilons import LEVELS
from facemask_core.pictures.lab_note import LabNote

_NO_FACES = {
    "heat": "a heat map without its face",
    "noise": "the change that an attack makes to a face, magnified",
    "sheet": "a sheet with a face at every severity of its dangers",
}


def describe_note(note: LabNote, model: str | None = None, *, cropped: bool = False) -> str:
    """Writes in a sentence what the lab made on a picture.

    Args:
        note: The picture's note. Its words are shown as they are; a page has to escape them.
        model: What to call the note's model; None takes the name in the note.
        cropped: Whether someone wants it cropped to a face all the same.
    """
    made = _describe_making(note, model or note.model)
    if not note.shows_face:
        return (
            f"This picture was made by the lab: {made}; it is no photograph of a face, so an "
            "answer about it says nothing about a mask."
        )
    use = (
        "cropped to a face again, so the model may see another part of it"
        if cropped
        else "judged as it is, not cropped again"
    )
    return f"This picture was made by the lab: {made}; it is {use}."


def _describe_making(note: LabNote, model: str | None) -> str:
    on_model = f" on {model}" if model else ""
    if not note.shows_face:
        return _NO_FACES[note.made]
    if note.made == "corruption":
        return f"a face changed by {_name_corruption(note)}"
    if note.made == "heat map":
        return f"a face under a heat map{on_model}"
    if note.made == "drawn mask":
        return "a face with a drawn mask"
    if note.made == "crop" or note.attack is None:
        return "a model's input, cut from a picture"
    drawn = "a drawn mask, and then " if note.wears_drawn_mask else ""
    step = "" if note.step is None else f", step {note.step}"
    return f"{drawn}{_name_attack(note.attack)}{_write_epsilon(note)}{step}{on_model}"


def _name_corruption(note: LabNote) -> str:
    """A danger's title and its value; one that this lab does not know keeps its name."""
    name = note.corruption or "a danger"
    if name not in corruptions.names():
        return name
    value = "" if note.strength is None else f" ({corruptions.make(name).describe(note.strength)})"
    return f"{corruptions.get(name).title.lower()}{value}"


def _name_attack(name: str) -> str:
    """An attack's title; one that this lab does not know keeps its name."""
    return attacks.get(name).title if name in attacks.names() else name


def _write_epsilon(note: LabNote) -> str:
    if note.epsilon is None:
        return ""
    if note.norm == "l2":
        return f" at {note.epsilon:.4g} in L2"
    return f" at {round(LEVELS * note.epsilon, 3):g}/{LEVELS}"
