"""A fault on the server is one sentence on the page, and the rest of the page stays."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from screen import Open, sentences, threat_model

from facemask_core import Classifier
from facemask_core.backend import keras
from facemask_core.models import checkpoints, classifier
from facemask_core.models.classifier import load_classifier
from facemask_ui.choices import models

BROKEN = "mobilenetv3-robust"


def lose_weights(folder: Path) -> None:
    (folder / checkpoints.WEIGHTS_FILE).unlink()


def flip_a_bit(folder: Path) -> None:
    weights = folder / checkpoints.WEIGHTS_FILE
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)


def cut_short(folder: Path) -> None:
    weights = folder / checkpoints.WEIGHTS_FILE
    weights.write_bytes(weights.read_bytes()[:5000])


DAMAGES = {"lost": lose_weights, "one bit": flip_a_bit, "cut short": cut_short}


@pytest.fixture
def two_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two models, to be damaged."""
    root = tmp_path / "models"
    for name in ("mobilenetv3", BROKEN):
        shutil.copytree(checkpoints.MODELS_DIR / name, root / name)
    monkeypatch.setattr(checkpoints, "MODELS_DIR", root)
    for function in (checkpoints.available, checkpoints.locate):
        monkeypatch.setattr(function, "__defaults__", (root,))
    models._load.clear()
    return root


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.slow
def test_a_damaged_model_costs_its_own_answer_alone(
    open_page: Open, two_models: Path, damage: str
) -> None:
    DAMAGES[damage](two_models / BROKEN)
    app = open_page("Inspect", map="saliency")
    assert not app.exception
    (sentence,) = sentences(app)
    assert BROKEN in sentence
    assert sentence.endswith(".")
    assert "mask" in app.header[0].value, "the other model's answer"
    assert "Keras" in app.caption[-1].value


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("view", ["Attack", "Inspect"])
@pytest.mark.slow
def test_a_damaged_model_that_was_chosen_is_one_sentence(
    open_page: Open, two_models: Path, damage: str, view: str
) -> None:
    DAMAGES[damage](two_models / BROKEN)
    more = {"view": "live", "computed": "server"} if view == "Inspect" else {}
    app = open_page(view, model=BROKEN, **more)
    assert not app.exception
    (sentence,) = sentences(app)
    assert BROKEN in sentence
    app.selectbox(key="model").set_value("mobilenetv3").run()
    assert len(app.error) == (view == "Attack"), "there it is the twin, which has a line of its own"
    if view == "Attack":
        assert threat_model(app)
        assert app.segmented_control(key="further").options, "the rest of the lab is there"


CARDS = {"cut short": '{"name": "mob', "of an unknown backbone": None, "no card": "[1, 2]"}


@pytest.mark.parametrize("damage", CARDS)
@pytest.mark.slow
def test_a_model_with_a_damaged_card_is_left_out_and_named(
    open_page: Open, two_models: Path, damage: str
) -> None:
    card = two_models / BROKEN / checkpoints.CARD_FILE
    text = CARDS[damage] or card.read_text().replace('"backbone": "', '"backbone": "un')
    card.write_text(text)
    for page in ("Inspect", "Attack", "Report", "Models"):
        app = open_page(page, model=BROKEN)
        assert not app.exception
        assert not app.error, "whoever asks for another model loses nothing"
        (sentence,) = [warning.value for warning in app.warning if "left out" in warning.value]
        assert BROKEN in sentence.replace("\\", "")
        assert sentence.endswith(".")
    assert models.shipped() == ("mobilenetv3",)


def test_no_model_at_all_is_one_sentence_on_every_page_that_needs_one(
    open_page: Open, two_models: Path
) -> None:
    shutil.rmtree(two_models)
    for page in ("Inspect", "Attack", "Models", "Report"):
        app = open_page(page)
        assert not app.exception
        assert "No model is shipped" in sentences(app)[0]


class _OutOfMemory(Exception):  # noqa: N818 (imitates a backend's error)
    def __init__(self) -> None:
        super().__init__("RESOURCE_EXHAUSTED: failed to allocate")


def refuse_above(limit: int, first: list[keras.Model], monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets a model's programs fail like a full GPU above a batch size, until it is on the CPU."""
    real = classifier.compile_program

    def compile_program(model: keras.Model, program: Any) -> Callable[..., Any]:
        compiled = real(model, program)

        def call(*tensors: Any) -> Any:
            if model in first and tensors[0].shape[0] > limit:
                raise _OutOfMemory
            return compiled(*tensors)

        return call

    monkeypatch.setattr(classifier, "compile_program", compile_program)


@pytest.mark.usefixtures("light_models")
@pytest.mark.slow
def test_a_full_gpu_is_a_warning_in_the_footer_and_the_answer_is_the_same(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = open_page("Inspect", map="saliency").header[0].value
    first: list[keras.Model] = []

    def load(name: str, *, warm_up: bool) -> Classifier:
        loaded = load_classifier(name, warm_up=warm_up)
        first.append(loaded.model)
        return loaded

    monkeypatch.setattr(models, "load_classifier", load)
    refuse_above(0, first, monkeypatch)
    models._load.clear()
    models._in_memory.clear()
    app = open_page("Attack", model="mobilenetv3", attack="fgsm")
    assert not app.exception
    assert not app.error
    warnings = [warning.value for warning in app.warning]
    assert any("now runs on the CPU" in each for each in warnings), warnings
    assert open_page("Inspect", map="saliency").header[0].value == expected
    models._load.clear()
    models._in_memory.clear()
