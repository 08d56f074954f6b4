"""A picture that the lab made says what was made on it, and nothing else does."""

from __future__ import annotations

import io
import json
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from command_line import pixels
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from facemask_core.evaluation.lab_pictures import describe_note
from facemask_core.pictures import images, lab_note, model_input
from facemask_core.pictures.lab_note import LabNote

FACE = pixels(3, images.INPUT_SIZE, images.INPUT_SIZE)
THREAT_MODEL = {"attack": "fgsm", "epsilon": 4 / 255, "norm": "linf", "seed": 7, "steps": 1}
NOTE = lab_note.describe_attack(
    "mobilenetv3", "ab" * 32, THREAT_MODEL, label=1, frame="face", box=[-3, 4, 90, 90]
)


def written(image: np.ndarray, text: str, kind: str = "tEXt") -> bytes:
    """A PNG as another program writes it, with a text under the lab's keyword."""
    note = PngInfo()
    if kind == "iTXt":
        note.add_itxt(model_input.KEYWORD, text, zip=True)
    else:
        note.add_text(model_input.KEYWORD, text, zip=kind == "zTXt")
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG", pnginfo=note)
    return file.getvalue()


def test_a_note_changes_no_pixel_and_is_read_again() -> None:
    file = model_input.encode(FACE, NOTE)
    np.testing.assert_array_equal(images.decode(file), FACE)
    note = model_input.read_note(file).note
    assert note == NOTE.model_copy(update={"pixels_crc32": lab_note.compute_checksum(FACE)})
    assert len(Image.open(io.BytesIO(file)).info["facemask-lab"]) < lab_note.MOST_BYTES / 2


@pytest.mark.parametrize("kind", ["tEXt", "zTXt", "iTXt"])
def test_another_program_may_pack_the_note(kind: str) -> None:
    text = lab_note.write_note(NOTE, FACE)
    note = model_input.read_note(written(FACE, text, kind)).note
    assert note is not None
    assert note.fields() == json.loads(text)
    assert None not in note.fields().values()


def test_the_mark_of_older_pictures_still_counts() -> None:
    assert model_input.read_note(written(FACE, "cropped input")).note is not None


def test_a_picture_that_was_changed_since_is_like_any_other() -> None:
    text = lab_note.write_note(NOTE, FACE)
    brighter = np.clip(FACE.astype(int) + 3, 0, 255).astype(np.uint8)
    for changed in (images.resize(FACE, 300), FACE[:200, :200], brighter, FACE[::-1]):
        reading = model_input.read_note(written(np.ascontiguousarray(changed), text))
        assert reading.note is None
        assert reading.problem.startswith("This picture carries a note of the lab for")
    for plain in (images.encode_png(FACE), images.encode_jpeg(FACE, 95), b"", b"\x89PNG\r\n\x1a\n"):
        assert model_input.read_note(plain) == model_input.NoteReading()


FORGERIES: list[dict[str, Any]] = [
    {"version": 2},
    {"made": "photograph"},
    {"epsilon": -1},
    {"epsilon": float("nan")},
    {"epsilon": "0.1"},
    {"norm": "l1"},
    {"attack": "<b>fgsm</b>"},
    {"model": "x" * 81},
    {"model": "line\nline"},
    {"model": "\u202egnp.exe"},
    {"model": ""},
    {"box": [0, 0, 10]},
    {"box": [0, 0, 10, 1e12]},
    {"seed": -1},
    {"true_class": "maybe"},
    {"file": "me.jpg"},
]


@pytest.mark.parametrize("change", FORGERIES, ids=str)
def test_a_forged_note_is_none(change: dict[str, Any]) -> None:
    text = json.dumps(NOTE.fields() | change)
    assert model_input.read_note(written(FACE, text)).note is None
    assert model_input.read_note(written(FACE, json.dumps(NOTE.fields()))).note is not None


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", "{" * 1999, '{"made":' * 200, "[" * 10**5, "x" * 10**6]
)
def test_what_is_no_note_is_named_in_one_sentence(text: str) -> None:
    reading = model_input.read_note(written(FACE, text or " ", "zTXt"))
    assert reading.note is None
    assert reading.problem.endswith("that cannot be read, so it is treated like any other.")


def test_a_damaged_note_is_none() -> None:
    file = model_input.encode(FACE, NOTE)
    assert model_input.read_note(file.replace(b'"seed":7', b'"seed":8')).problem
    for end in range(0, 700, 7):  # cut short, at any place
        assert model_input.read_note(file[:end]).note is None
    bomb = b"facemask-lab\0\0" + zlib.compress(b" " * 10**8)
    chunk = struct.pack(">I4s", len(bomb), b"zTXt") + bomb
    chunk += struct.pack(">I", zlib.crc32(b"zTXt" + bomb))
    plain = images.encode_png(FACE)
    assert model_input.read_note(plain[:33] + chunk + plain[33:]).problem


@pytest.mark.parametrize(
    ("note", "words"),
    [
        (NOTE, "FGSM at 4/255 on mobilenetv3"),
        (NOTE.model_copy(update={"norm": "l2", "epsilon": 2.25}), "FGSM at 2.25 in L2 on"),
        (NOTE.model_copy(update={"attack": "newer"}), "newer at 4/255 on mobilenetv3"),
        (NOTE.model_copy(update={"wears_drawn_mask": True}), "a drawn mask, and then FGSM"),
        (NOTE.model_copy(update={"step": 3}), "FGSM at 4/255, step 3 on"),
        (LabNote(made="heat map", model="x"), "a face under a heat map on x"),
        (LabNote(made="drawn mask"), "a face with a drawn mask"),
        (LabNote(made="crop"), "a model's input, cut from a picture"),
        (
            LabNote(made="corruption", corruption="darker", strength=1.0),
            "a face changed by darkness (x0.5)",
        ),
        (LabNote(made="corruption", corruption="rain"), "a face changed by rain"),
    ],
)
def test_a_note_in_words(note: LabNote, words: str) -> None:
    assert f"made by the lab: {words}" in describe_note(note)
    assert describe_note(note).endswith("it is judged as it is, not cropped again.")


def test_what_is_no_face_says_so_and_is_treated_like_any_picture() -> None:
    sheet = pixels(3, 300, 500)
    for made in ("heat", "noise", "sheet"):
        note = model_input.read_note(model_input.encode(sheet, LabNote(made=made))).note
        assert note is not None
        assert not note.shows_face
        assert describe_note(note).endswith("an answer about it says nothing about a mask.")
    assert model_input.read_note(model_input.encode(sheet, NOTE)).problem


def test_a_model_of_any_name_can_be_noted() -> None:
    for name in ("", "a\nb", "x" * 300, "\udcff", "Ünï"):
        note = lab_note.describe_attack(name, "0" * 64, THREAT_MODEL)
        assert model_input.read_note(model_input.encode(FACE, note)).note is not None
