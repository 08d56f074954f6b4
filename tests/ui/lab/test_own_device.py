"""The page Attack hands the device what to compute, and never asks for the picture."""

from __future__ import annotations

import json
from typing import Any

import pytest
from screen import Open
from streamlit.testing.v1 import AppTest

from facemask_core.models import checkpoints
from facemask_ui.face import pictures
from facemask_ui.lab import on_device
from facemask_ui.ondevice import files


def choose_device(open_page: Open, **link: str) -> AppTest:
    app = open_page("Attack", **link)
    return app.segmented_control(key="source").set_value("Device").run()


def component(app: AppTest) -> dict[str, Any] | None:
    protos = [element.proto for element in app.get("bidi_component")]
    found = [it for it in protos if it.component_name == "attack_on_device"]
    return json.loads(found[0].json) if found else None


def test_the_device_is_told_what_to_compute(open_page: Open) -> None:
    app = choose_device(open_page, attack="pgd", steps="7", seed="3", epsilon="9", guess="True")
    assert not app.exception
    assert not app.get("file_uploader")
    data = component(app)
    assert data is not None
    assert data["models"] == ["mobilenetv3", "mobilenetv3-robust"]
    assert set(data["files"]) == set(files.list_addresses(data["models"], finder=True))
    assert data["attack"]["name"] == "pgd"
    assert data["attack"]["seed"] == 3
    assert data["attack"]["settings"]["steps"] == 7
    assert "loss" not in data["attack"]["settings"]
    stage = data["stage"]
    assert (stage["level"], stage["guess"], len(stage["stated"])) == (9, True, 33)
    assert "7 steps" in stage["stated"][9] or "steps 7" in stage["stated"][9]
    card = checkpoints.read_card(checkpoints.locate("mobilenetv3"))
    assert stage["unsureBelow"] == card.unsure_below
    assert "true_class" not in stage["note"]["fields"]


@pytest.mark.usefixtures("brightness")  # the sample is attacked before the device is chosen
@pytest.mark.parametrize(
    ("link", "words"),
    [
        ({"model": "vgg19"}, "VGG19 needs the lab's server"),
        ({"attack": "bim"}, "BIM needs the lab's server"),
    ],
)
def test_what_needs_the_server_is_said_before_a_picture_is_chosen(
    open_page: Open, link: dict[str, str], words: str
) -> None:
    app = choose_device(open_page, **link)
    assert component(app) is None
    assert not app.get("file_uploader")
    assert [it.value for it in app.info if words in it.value.replace("\\", "")]


def test_a_lab_without_such_a_model_does_not_offer_the_device(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "list_models", list)
    assert on_device.list_sources() == pictures.SOURCES
    app = open_page("Home")
    app.button(key="own").click().run()
    assert app.session_state["setting:source"] == pictures.UPLOAD
