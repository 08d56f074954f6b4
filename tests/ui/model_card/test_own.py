"""A visitor's own model: dropped, refused or asked about, overruled, measured, printed, removed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from foreign_files import write_mean_colours
from page_tags import Tags
from screen import Open, sentences
from streamlit.testing.v1 import AppTest

from facemask_core import inspection
from facemask_core.inspection import InspectionCard, measuring
from facemask_core.inspection.words import ENGLISH, say_english
from facemask_core.jobs import Queue, State, worker
from facemask_core.models import visiting
from facemask_ui.base import mode
from facemask_ui.choices import own_models
from facemask_ui.face import answers
from facemask_ui.language import LANGUAGES, read_texts, speak_within
from facemask_ui.model_card import failures
from facemask_ui.model_card.own import card_words
from facemask_ui.visitors import shared_cache

pytestmark = pytest.mark.usefixtures("light_models")


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measures little, and asks no shipped model where it goes wrong."""
    for name in ("_CLEAN", "_ATTACKED", "_SEARCHED", "_CORRUPTED", "_CHECKED"):
        monkeypatch.setattr(measuring, name, 2)
    monkeypatch.setattr(failures, "find_failures", lambda _: ([], 0))
    monkeypatch.setattr(own_models, "_shelves", {})


def read(app: AppTest) -> str:
    kinds = ("markdown", "caption", "info", "header")
    return re.sub(r"\\(.)", r"\1", "\n".join(it.value for kind in kinds for it in app.get(kind)))


def drop(app: AppTest, *files: tuple[str, bytes]) -> AppTest:
    """Drops files as the uploader hands them on."""
    app.session_state["own-model:files"] = dict(files)
    return app.run()


def drop_linear(app: AppTest, folder: Path, units: int = 2) -> AppTest:
    path = write_mean_colours(folder / "m.h5", units)
    return drop(app, ("m.h5", path.read_bytes()))


def test_a_model_is_taken_in_chosen_everywhere_and_nobody_else_s(
    open_page: Open, tmp_path: Path, home: Path
) -> None:
    app = drop_linear(open_page("Models"), tmp_path)
    assert not app.exception
    assert not sentences(app)
    choice = app.selectbox(key="model")
    assert choice.options[-1] == "m (yours)"
    name = choice.value
    assert visiting.is_visiting(name)
    assert [path.name for path in home.glob("visiting/*/model/*")] == ["m.h5"]
    assert "How it is used" in read(app)
    app.switch_page("pages/2_Attack.py").run()
    assert app.selectbox(key="model").value == name
    assert "Your own model does not travel in a link; the class starts with" in read(app)
    assert name not in app.code[0].value
    app.switch_page("pages/3_Report.py").run()
    assert app.pills(key="judged").value == [name]
    stranger = open_page("Models", model=name)
    assert name not in stranger.selectbox(key="model").options
    assert "m is no model of this tab" in read(stranger)
    own_models.sweep([])
    assert not list(home.glob("visiting/*"))


def test_answers_of_a_visitor_s_model_stay_in_the_session(open_page: Open, tmp_path: Path) -> None:
    app = drop_linear(open_page("Models"), tmp_path)
    app.session_state["models"] = [app.selectbox(key="model").value]
    app.switch_page("pages/1_Inspect.py").run()
    assert not app.exception
    sha256 = own_models._shelves.popitem()[1].models[0].classifier.card.weights_sha256
    shared = shared_cache._shared_cache("verdicts", answers._EVERYONES)
    assert not [key for key in shared.list_keys() if sha256 in key]
    own = app.session_state["shelf:verdicts"]
    assert [key for key in own.list_keys() if sha256 in key]


def test_three_classes_are_asked_about_once(open_page: Open, tmp_path: Path) -> None:
    app = drop_linear(open_page("Models"), tmp_path, units=3)
    assert "three classes" in read(app)
    assert "m (yours)" not in app.selectbox(key="model").options
    app.button(key="own-worn-wrongly-0").click().run()
    assert app.selectbox(key="model").options[-1] == "m (yours)"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_no_model_is_one_sentence(open_page: Open, language: str) -> None:
    app = drop(open_page("Models", lang=language), ("m.zip", b"PK\x03\x04 cut"))
    english = "The zip is damaged or has a password; pack its files anew."
    french = "Le zip est abîmé ou a un mot de passe ; emballez à nouveau ses fichiers."
    said = [sentence.replace("\u202f", " ") for sentence in sentences(app)]
    assert said == [{"en": english, "fr": french}[language]]
    assert not app.exception


def test_the_public_brings_none_without_the_operator_s_leave(
    open_page: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(mode.VARIABLE, "public")
    app = open_page("Models")
    assert "A model of your own" not in [it.label for it in app.expander]
    monkeypatch.setenv(mode.OWN_MODELS_VARIABLE, "1")
    app = drop_linear(open_page("Models"), tmp_path)
    assert app.selectbox(key="model").options[-1] == "m (yours)"
    app = drop(app, ("n.h5", write_mean_colours(tmp_path / "n.h5", 1).read_bytes()))
    assert "all it may" in sentences(app)[0]


def test_another_way_makes_another_model_and_removing_it_leaves_nothing(
    open_page: Open, tmp_path: Path, home: Path
) -> None:
    app = drop_linear(open_page("Models"), tmp_path)
    first = app.selectbox(key="model").value
    box = next(it for it in app.selectbox if it.label == "Pixels")
    box.set_value(next(scale for scale in box.options if scale != box.value))
    next(it for it in app.button if it.label == "Use it so" and it.form_id).click().run()
    second = app.selectbox(key="model").value
    assert (first != second, visiting.is_visiting(second)) == (True, True)
    assert visiting.find_visitor(home, first)[1] != visiting.find_visitor(home, second)[1]
    next(it for it in app.button if it.label == "Remove").click().run()
    assert not app.exception
    assert "m (yours)" not in app.selectbox(key="model").options
    assert not list(home.glob("visiting/*"))


def test_it_is_measured_part_by_part_and_can_be_ended(open_page: Open, tmp_path: Path) -> None:
    app = drop_linear(open_page("Models"), tmp_path)
    app.button(key="own-measure").click().run()
    assert not app.exception
    assert not sentences(app)
    (own,) = own_models._shelves.popitem()[1].models
    assert list(own.parts) == ["clean", "fgsm", "pgd", "smallest", "corruptions", "checks"]
    assert not own.is_wanted
    assert "How little fools it" in read(app)


def test_a_report_is_computed_from_the_file_and_is_nobody_else_s(
    open_page: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = drop_linear(open_page("Models"), tmp_path)
    app.query_params["limit"] = "2"
    app.switch_page("pages/3_Report.py").run()
    app.button(key="run-report").click().run()
    worker.work(Queue(), idle=0)
    (job,) = Queue().jobs()
    assert (job.state, job.reason) == (State.DONE, None)
    assert "m · FGSM" in "\n".join([read(app.run()), *(it.label for it in app.expander)])
    monkeypatch.setenv(mode.VARIABLE, "classroom")
    assert "m · FGSM" not in read(open_page("Report"))


def test_the_words_of_a_card_are_the_core_s_in_english_and_all_there_in_others() -> None:
    texts = read_texts("en")
    for key, sentence in ENGLISH.items():
        assert texts.strings[f"models.own.card.{key}"] == sentence
    for check in inspection.measuring.checks.CHECKS:
        question = texts.strings[f"models.own.card.question_{check.name}"]
        assert question == say_english(f"question_{check.name}") == check.question


def test_a_card_is_printed_in_the_page_s_language() -> None:
    row = {"check": "logits", "question": "?", "status": "PASS", "sentence": "It does."}
    stated = measuring.attacks.make("pgd").threat_model(4 / 255)
    parts = {"checks": {"images": 2, "threat_model": stated, "rows": [row]}}
    card = InspectionCard("m", "0" * 64, None, parts)
    with speak_within("fr"):
        tags = Tags(inspection.write_page(card, card_words.speak()))
    assert "fiche d’examen" in tags.text
    assert "It does." not in tags.text
