"""A small host offers some of the models, and forgets those that nobody uses."""

from __future__ import annotations

import asyncio
import weakref

import pytest
from screen import Open

from facemask_core.errors import CheckpointError, ModeError
from facemask_core.models import checkpoints
from facemask_ui.choices import models, offer
from facemask_ui.server import idle_models

PAGES = ("Inspect", "Report", "Models", "Learn", "Paper")


@pytest.fixture
def only_one(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv(offer.MODELS_VARIABLE, "mobilenetv3")
    return "mobilenetv3"


@pytest.mark.parametrize(
    "text", ["mobilenetv3,vgg19", " vgg19 , mobilenetv3,", "vgg19,nothing,mobilenetv3"]
)
def test_the_operator_names_the_models(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(offer.MODELS_VARIABLE, text)
    assert models.shipped() == ("mobilenetv3", "vgg19")


@pytest.mark.parametrize("text", ["", ",", " "])
def test_without_a_name_all_are_offered(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(offer.MODELS_VARIABLE, text)
    assert set(models.shipped()) == set(checkpoints.usable())


def test_names_of_which_none_is_a_model_are_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(offer.MODELS_VARIABLE, "resnet")
    with pytest.raises(CheckpointError, match="names no usable model"):
        models.shipped()


@pytest.mark.parametrize(
    ("text", "level", "words"),
    [
        ("mobilenetv3, vgg16 ,resnet", "WARNING", ("'vgg16', 'resnet'", "offered mobilenetv3.")),
        ("MobileNetV3", "ERROR", ("'MobileNetV3'", "offered none")),
        ("../models/vgg19", "ERROR", ("'../models/vgg19'", "inceptionv3")),
        ("mobilenetv3,vgg19", None, ()),
        (" , ", None, ()),
    ],
)
def test_an_unknown_name_is_one_line_of_the_log_at_start(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    text: str,
    level: str | None,
    words: tuple[str, ...],
) -> None:
    monkeypatch.setenv(offer.MODELS_VARIABLE, text)
    offer.log_unknown_names()
    assert [record.levelname for record in caplog.records] == ([level] if level else [])
    assert all(word in caplog.text for word in words)


def test_a_visitor_is_told_of_no_variable_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(offer.MODELS_VARIABLE, "resnet")
    monkeypatch.setenv("FACEMASK_MODE", "public")
    with pytest.raises(CheckpointError, match="tell the person who runs it"):
        models.shipped()


@pytest.mark.usefixtures("only_one")
def test_a_model_that_is_not_offered_is_not_loaded() -> None:
    with pytest.raises(CheckpointError, match="does not offer the model vgg19"):
        models.load("vgg19")


@pytest.mark.usefixtures("only_one", "brightness")
@pytest.mark.parametrize("page", ["Models", "Attack"])
def test_a_link_to_a_model_that_is_not_offered_says_so(open_page: Open, page: str) -> None:
    app = open_page(page, model="vgg19")
    assert not app.exception
    assert any("does not offer VGG19" in text.value.replace("\\", "") for text in app.info)
    assert app.selectbox(key="model").options == ["MobileNetV3-Small"]


@pytest.mark.usefixtures("only_one", "brightness")
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.slow
def test_every_page_does_with_one_model(open_page: Open, page: str) -> None:
    more = {"map": "saliency"} if page == "Inspect" else {}  # the other map needs a real network
    app = open_page(page, **more)
    assert not app.exception
    assert not app.error


def test_a_model_that_nobody_uses_leaves_memory_and_comes_back() -> None:
    classifier = weakref.ref(models.load("mobilenetv3", to_attack=True))
    assert "mobilenetv3" not in models.unload(60.0)  # others may have been idle for as long
    assert classifier() is models.load("mobilenetv3")
    assert "mobilenetv3" in models.unload(0.0)
    assert classifier() is None
    assert models.load("mobilenetv3").predict(models._GREY) is not None


def test_the_answers_that_everyone_shares_do_not_hold_a_model_back(open_page: Open) -> None:
    app = open_page("Attack", model="mobilenetv3", attack="fgsm")
    assert not app.exception
    classifier = weakref.ref(models.load("mobilenetv3"))
    del app  # the visitor leaves
    assert "mobilenetv3" in models.unload(0.0)
    assert classifier() is None


def test_the_server_looks_for_idle_models_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[float] = []
    monkeypatch.setattr(idle_models, "_unload", looks.append)
    monkeypatch.setattr(idle_models.start, "is_imported", lambda: True)

    async def run() -> None:
        task = asyncio.create_task(idle_models.unload_idle_models(0.01))
        while len(looks) < 2:
            await asyncio.sleep(0.01)
        task.cancel()

    asyncio.run(asyncio.wait_for(run(), 20))
    assert looks[0] == 0.01


@pytest.mark.parametrize(("text", "seconds"), [("", 3600.0), ("5", 300.0), ("0", None)])
def test_the_operator_says_after_how_long(
    monkeypatch: pytest.MonkeyPatch, text: str, seconds: float | None
) -> None:
    monkeypatch.setenv(idle_models.VARIABLE, text)
    assert idle_models.read_idle_seconds() == seconds


@pytest.mark.parametrize("text", ["soon", "-1", "1.5", "٣"])
def test_a_time_that_is_none_is_one_sentence(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(idle_models.VARIABLE, text)
    with pytest.raises(ModeError, match="whole minutes"):
        idle_models.read_idle_seconds()
