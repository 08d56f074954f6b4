"""Heat maps: every method of the core, for every model, computed once, in words as well."""

from __future__ import annotations

import base64
import io
import json
from collections import Counter
from typing import Any

import numpy as np
import pytest
from PIL import Image
from screen import Open, sentences
from streamlit.testing.v1 import AppTest

from facemask_core import Classifier, explain
from facemask_core.explain import Summary
from facemask_core.explain.saliency import Saliency
from facemask_core.pictures import images, model_input
from facemask_ui.choices import models
from facemask_ui.face.pictures import Picture
from facemask_ui.inspect.why import component, words
from facemask_ui.language import read_texts

FAST = {"map": "saliency"}
"""A method for which the model of the tests has layers enough."""


def maps(app: AppTest) -> list[dict[str, Any]]:
    """The data that the browser gets for each map on the page."""
    drawn = [element.proto for element in app.get("bidi_component")]
    return [json.loads(proto.json) for proto in drawn if proto.component_name == "heat_map"]


def decode_picture(address: str) -> np.ndarray:
    data = base64.b64decode(address.removeprefix("data:image/png;base64,"))
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


@pytest.fixture
def computations(monkeypatch: pytest.MonkeyPatch) -> Counter[int]:
    """Counts the maps computed, by the class they explain."""
    counted: Counter[int] = Counter()
    original = Saliency._heat

    def heat(method: Saliency, classifier: Classifier, images: Any, labels: Any, seed: int) -> Any:
        counted.update(labels.tolist())
        return original(method, classifier, images, labels, seed)

    monkeypatch.setattr(Saliency, "_heat", heat)
    return counted


@pytest.mark.usefixtures("brightness")
def test_every_model_has_a_map_of_its_own_answer_below_the_answers(open_page: Open) -> None:
    app = open_page("Inspect", **FAST)
    assert not app.exception
    assert not app.error
    assert [header.value for header in app.header][-2:] == ["Why?", "What else changes the answer?"]
    drawn = maps(app)
    assert [data["name"] for data in drawn] == [models.title(name) for name in models.shipped()]
    for data in drawn:
        assert data["alt"].startswith(f"{data['name']}: ")
        assert data["verdict"].split(" ")[0].lower() in data["alt"]
        assert f"Saliency: {data['where']}" in data["alt"]
        assert (
            decode_picture(data["face"]).shape
            == decode_picture(data["heat"]).shape
            == (224, 224, 3)
        )


@pytest.mark.usefixtures("brightness")
def test_every_method_of_the_core_is_offered_and_travels_in_the_link(open_page: Open) -> None:
    app = open_page("Inspect", **FAST)
    choice = app.segmented_control(key="map")
    assert choice.options == [explain.get(name).title for name in explain.names()]
    for name in explain.names():
        app.segmented_control(key="map").set_value(name).run()
        assert not app.exception
        limits = read_texts("en").say("inspect.why.limits", method="", source="").partition(" :")[0]
        shown = [text.value for text in (*app.markdown, *app.caption)]
        assert explain.get(name).meaning in shown
        assert any(limits in text and explain.get(name).source in text for text in shown)
        in_link = None if name == explain.names()[0] else name
        assert app.query_params.get("map") == in_link


@pytest.mark.parametrize("link", ["lime", "../../etc", "![x](http://127.0.0.9/)", ""])
@pytest.mark.usefixtures("brightness")
def test_a_link_to_no_method_shows_the_first_and_loses_it(open_page: Open, link: str) -> None:
    app = open_page("Inspect", map=link)
    assert app.segmented_control(key="map").value == explain.names()[0]
    assert "map" not in app.query_params


@pytest.mark.usefixtures("brightness")
def test_a_samples_map_is_computed_once_for_all_visitors(
    open_page: Open, computations: Counter[int]
) -> None:
    app = open_page("Inspect", **FAST)
    assert computations.total() == 1  # every model of this test is the same one
    app.run()
    assert maps(open_page("Inspect", **FAST)) == maps(app)
    assert computations.total() == 1


@pytest.mark.usefixtures("brightness")
def test_a_map_of_ones_own_picture_is_computed_once_and_never_handed_to_another(
    open_page: Open, computations: Counter[int]
) -> None:
    pixels = np.random.default_rng(8).integers(0, 256, (224, 224, 3)).astype(np.uint8)
    mine = Picture("me.png", "uploaded", images.encode_png(pixels))

    def visitor() -> AppTest:
        app = open_page("Inspect", **FAST)
        before = computations.total()
        app.session_state["picture:Upload"] = mine
        app.segmented_control(key="source").set_value("Upload").run()
        assert not app.exception
        assert computations.total() == before + 1
        return app

    app = visitor()
    before = computations.total()
    app.run()
    assert computations.total() == before
    visitor()


@pytest.mark.usefixtures("brightness")
def test_a_method_a_model_cannot_serve_is_a_sentence_and_the_answers_stay(open_page: Open) -> None:
    app = open_page("Inspect", map="grad-cam")
    assert not app.exception
    assert len(sentences(app)) == len(models.shipped())
    assert "agree" in app.header[0].value
    assert not maps(app)


@pytest.mark.usefixtures("brightness")
def test_without_models_there_is_nothing_to_explain(open_page: Open) -> None:
    app = open_page("Inspect", **FAST)
    app.session_state["models"] = []
    app.run()
    assert not app.exception
    assert "at least one model" in app.info[0].value
    assert "Why?" not in [header.value for header in app.header]
    assert not maps(app)


def test_the_colours_are_those_of_the_explain_command() -> None:
    heat = np.linspace(0, 1, 224 * 224, dtype=np.float32).reshape(224, 224)
    file = component.encode_heat(explain.levels(heat))
    note = model_input.read_note(file).note
    assert note is not None
    assert not note.shows_face
    painted = Image.open(io.BytesIO(file)).convert("RGB")
    face = np.zeros((224, 224, 3), np.uint8)
    np.testing.assert_array_equal(np.asarray(painted), explain.overlay(face, heat, 1.0))


@pytest.mark.parametrize(
    ("peak", "place"),
    [
        ((112, 112), "in the middle."),
        ((89, 118), "left of the middle."),
        ((115, 134), "below the middle."),
        ((138, 91), "above and right of the middle."),
        ((223, 100), "near the right edge."),
        ((100, 0), "near the top edge."),
        ((0, 223), "near the bottom left corner."),
    ],
)
def test_the_hottest_place_is_described_in_words(peak: tuple[int, int], place: str) -> None:
    sentence = words.describe_place(Summary(peak, 0.584, 0.1))
    assert place in sentence
    assert "58\N{NO-BREAK SPACE}% of the heat" in sentence


def test_an_empty_map_is_called_empty() -> None:
    assert "empty" in words.describe_place(Summary(None, None, None))
