"""Live stills: they are read as untrusted files, answered, and kept nowhere."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import numpy as np
import pytest
from PIL import Image
from screen import Open
from streamlit.testing.v1 import AppTest

from facemask_core import Classifier
from facemask_core.attacks.fgsm import FGSM
from facemask_core.data import samples
from facemask_core.epsilons import LEVELS
from facemask_core.errors import DeviceError
from facemask_core.evaluation import verdicts
from facemask_core.pictures import faces, images
from facemask_ui.face import answers
from facemask_ui.inspect.live import still

SIDE = images.INPUT_SIZE
FACE = images.resize(images.decode(samples.get("portrait-04").path.read_bytes()))


def address(data: bytes, kind: str = "jpeg") -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def make_still(number: int = 7, level: int = 4) -> dict[str, Any]:
    """A still as the browser sends it."""
    return {"number": number, "level": level, "picture": address(images.encode_jpeg(FACE, 90))}


def decode_picture(picture: str) -> np.ndarray:
    with Image.open(io.BytesIO(base64.b64decode(picture.partition(",")[2]))) as opened:
        return np.asarray(opened.convert("RGB"))


@pytest.mark.parametrize(("level", "guess"), [(0, None), (4, 0), (4, 1), (32, "x")])
def test_an_answer_is_that_of_fgsm_with_the_picture_it_judged(
    brightness: Classifier, level: int, guess: object
) -> None:
    answer = still.answer_still(brightness, make_still(level=level) | {"label": guess})
    assert answer is not None
    picture = still.decode_still(make_still()["picture"])
    (box,) = faces.find_faces(picture)
    face = faces.crop(picture, box)
    expected = verdicts.attack_face(brightness, face, FGSM(), epsilon=level / LEVELS)
    np.testing.assert_array_equal(decode_picture(answer["picture"]), expected.adversarial)
    label = expected.before.label
    assert (answer["number"], answer["face"]) == (7, box.as_list())
    assert answer["clean"]["share"] == pytest.approx(expected.before.confidence, abs=1e-5)
    share = expected.after.probabilities[label]
    assert answer["attacked"]["share"] == pytest.approx(share, abs=1e-5)
    assert (answer["clean"]["label"], answer["attacked"]["label"]) == (label, expected.after.label)
    assert answer["attacked"]["outcome"] == f"{expected.outcome.value.capitalize()}:"
    json.dumps(answer)


def test_a_still_without_a_face_has_no_verdict(brightness: Classifier) -> None:
    wall = address(images.encode_jpeg(np.full((480, 640, 3), 90, np.uint8), 90))
    answer = still.answer_still(brightness, make_still() | {"picture": wall})
    assert answer == {"number": 7, "face": None}


def test_a_face_is_followed_and_searched_where_it_has_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    (box,) = faces.find_faces(FACE)
    moved = faces.Box(box.left + 8, box.top - 8, box.width, box.height)
    searches = []
    search = faces.find_faces
    monkeypatch.setattr(faces, "find_faces", lambda it: searches.append(1) or search(it))
    followed = still.find_face(FACE, moved.as_list())
    assert not searches
    assert followed is not None
    assert np.abs(np.subtract(followed.as_list(), box.as_list())).max() <= 0.15 * box.width
    for last in (None, [], [0, 0, 20, 20], [0, 0, 0, 0], ["a"] * 4, [0.5] * 4, [-9, 0, 9, 9]):
        assert still.find_face(FACE, last) == box
    assert len(searches) == 7


@pytest.mark.parametrize(
    "message",
    [
        None,
        [],
        "still",
        {},
        make_still() | {"number": "7"},
        make_still() | {"number": True},
        make_still() | {"level": 33},
        make_still() | {"level": -1},
        make_still() | {"level": 4.0},
        make_still() | {"level": None},
    ],
)
def test_a_message_that_is_no_still_gets_no_answer(brightness: Classifier, message: object) -> None:
    assert still.answer_still(brightness, message) is None


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        (None, "no JPEG"),
        (7, "no JPEG"),
        (address(images.encode_png(FACE), "png"), "no JPEG"),
        (address(b"\xff\xd8 no picture"), "picture"),
        (address(images.encode_jpeg(FACE, 90)[:900]), "damaged"),
        ("data:image/jpeg;base64,§§", "damaged"),
        (address(bytes(500_000)), "too large"),
        (address(images.encode_jpeg(np.tile(FACE, (1, 3, 1)), 90)), "too many pixels"),
    ],
)
def test_a_picture_that_cannot_be_used_is_one_sentence(
    brightness: Classifier, picture: object, words: str
) -> None:
    answer = still.answer_still(brightness, make_still() | {"picture": picture})
    assert answer is not None
    assert answer["number"] == 7
    assert words in answer["problem"]
    assert "picture" not in answer


def test_a_model_that_cannot_answer_is_one_sentence(
    brightness: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise DeviceError("The memory does not suffice.")

    monkeypatch.setattr(answers, "attack_still", refuse)
    answer = {"number": 7, "problem": "The memory does not suffice."}
    assert still.answer_still(brightness, make_still()) == answer


WAITING = "passing:still"


def component(app: AppTest) -> dict[str, Any]:
    """The data that the browser gets."""
    drawn = [element.proto for element in app.get("bidi_component")]
    return dict(json.loads(next(p.json for p in drawn if p.component_name == "live_camera")))


@pytest.mark.usefixtures("brightness")
def test_the_camera_is_a_view_of_inspect_with_model_and_epsilon_from_the_link(
    open_page: Open,
) -> None:
    app = open_page("Inspect", view="live", computed="server", epsilon="6")
    assert not app.exception
    assert not app.error
    assert not app.image
    data = component(app)
    assert data["answer"] is None
    assert data["level"] == 6
    assert len(data["levels"]) == 33
    app.segmented_control(key="view").set_value("picture").run()
    assert "view" not in app.query_params
    assert len(app.image) == 2


@pytest.mark.usefixtures("brightness")
def test_a_still_is_answered_once_and_then_forgotten(open_page: Open) -> None:
    app = open_page("Inspect", view="live", computed="server")
    app.session_state[WAITING] = make_still(number=3)
    data = component(app.run())
    assert data["answer"]["number"] == 3
    assert "data:image" not in repr(app.session_state)
    assert component(app.run())["answer"] is None


@pytest.mark.usefixtures("brightness")
@pytest.mark.parametrize("way", ["view", "page"])
def test_a_still_that_comes_as_its_page_is_left_is_forgotten(open_page: Open, way: str) -> None:
    app = open_page("Inspect", view="live", computed="server")
    app.session_state[WAITING] = make_still()
    if way == "page":
        app.switch_page("pages/4_Models.py").run()
    else:
        app.segmented_control(key="view").set_value("picture").run()
    assert not app.exception
    assert "data:image" not in repr(app.session_state)
