"""Every page, opened by a link or from another page, with good and with hostile settings."""

from __future__ import annotations

from pathlib import Path

import pytest
from outline import check_outline
from screen import Open, lab, threat_model
from streamlit.testing.v1 import AppTest

from facemask_core import attacks
from facemask_core.attacks.pgd import PGD
from facemask_ui.lab import attack_choice

pytestmark = pytest.mark.usefixtures("light_models")
ROOT = Path(__file__).resolve().parents[3]
PAGES = ("Home", "Inspect", "Attack", "Report", "Models", "Learn", "Paper", "Class")
HOSTILE = {
    "epsilon": "999",
    "norm": "l3",
    "epsilon_l2": "1e1",
    "model": "../../etc",
    "sample": "<script>alert(1)</script>",
    "attack": "![x](http://127.0.0.9/)",
    "steps": "-1",
    "restarts": "\N{ARABIC-INDIC DIGIT FIVE}",
    "random_start": "maybe",
    "seed": "9" * 400,
    "limit": "0",
    "source": "Webcam",
    "dataset": "Server folder",
    "map": "lime",
    "view": "mirror",
    "hide": "model,<script>",
    "attacks": "pgd,<script>",
    "judged": "../../etc,mobilenetv3",
    "run": "' OR 1=1 --",
    "beside": "0" * 63,
    "lang": "../fr",
    "chapter": "0",
    "seen": "9a.1z",
    "backbone": "vgg16",
    "figure": "10",
    "part": "all",
    "point": "8",
    "climb": "7",
    "scale": "[0, 1]",
    "softmax": "thrice",
    "sure": "0",
    "kept": "31",
}


@pytest.mark.parametrize("page", PAGES)
def test_page_opens_with_one_heading_and_a_footer_and_all_between(
    open_page: Open, page: str, request: pytest.FixtureRequest
) -> None:
    if page != "Inspect":  # that model has no layers for a heat map
        request.getfixturevalue("brightness")
    app = open_page(page)
    assert not app.exception
    assert not app.error
    assert len(app.title) == 1
    footer = app.caption[-1].value
    assert "Keras" in footer
    assert "never written to disk" in footer
    check_outline(app, page, whole=page not in {"Inspect", "Models", "Paper"})


@pytest.mark.parametrize("page", PAGES)
def test_hostile_links_open_the_page_as_it_is_by_default(open_page: Open, page: str) -> None:
    expected, app = open_page(page), open_page(page, **HOSTILE)
    assert not app.exception
    assert not app.error
    for kind in ("slider", "selectbox", "number_input", "segmented_control", "metric"):
        assert [e.value for e in app.get(kind)] == [e.value for e in expected.get(kind)]


def test_hostile_settings_leave_the_link(open_page: Open) -> None:
    assert not set(open_page("Attack", **HOSTILE).query_params) & {"epsilon", "model", "sample"}


@pytest.mark.slow
def test_link_sets_the_attack(open_page: Open) -> None:
    app = open_page("Attack", attack="pgd", epsilon="3", steps="2", sample="portrait-01")
    assert not app.exception
    assert app.slider(key="steps").value == 2
    assert app.selectbox(key="attack").value == "pgd"
    assert threat_model(app).startswith("Threat model: PGD, white box")
    assert "epsilon 3/255" in threat_model(app)
    assert app.query_params["sample"] == "portrait-01"


@pytest.mark.usefixtures("brightness")
def test_settings_of_pgd_are_those_of_the_core_and_hidden_for_fgsm(open_page: Open) -> None:
    app = open_page("Attack", attack="pgd")
    assert app.slider(key="steps").value == PGD().steps
    app.selectbox(key="attack").set_value("fgsm").run()
    assert "steps" not in [slider.key for slider in app.slider]


@pytest.mark.slow
def test_restarts_need_a_random_start(open_page: Open) -> None:
    app = open_page("Attack", attack="pgd", restarts="3", random_start="False", steps="1")
    assert not app.error
    assert "restarts" not in [slider.key for slider in app.slider]
    app.toggle(key="random_start").set_value(True).run()
    assert app.slider(key="restarts").value == 3


@pytest.mark.usefixtures("brightness")
def test_the_threat_model_follows_the_slider_without_a_request(open_page: Open) -> None:
    stated = lab(open_page("Attack", attack="bim", bim_steps="1"))["stated"]
    assert len(stated) == 33
    for level, line in enumerate(stated):
        assert f"epsilon {level}/255 " in line
    assert "sha256" in stated[0]


@pytest.mark.parametrize("attack", list(attack_choice.STRENGTHS))
@pytest.mark.usefixtures("brightness")
@pytest.mark.slow
def test_every_attack_offered_has_an_answer(open_page: Open, attack: str) -> None:
    fast = {"steps": "1", f"{attack}_steps": "1", "queries": "50", "square_queries": "50"}
    app = open_page("Attack", attack=attack, **fast)
    assert not app.exception
    assert not app.error
    assert attacks.get(attack).title in threat_model(app)


@pytest.mark.parametrize("attack", [name for name in attack_choice.STRENGTHS if name != "square"])
@pytest.mark.usefixtures("brightness")
@pytest.mark.slow
def test_every_attack_but_square_can_be_made_in_l2(open_page: Open, attack: str) -> None:
    fast = {"steps": "1", f"{attack}_steps": "1", "norm": "l2", "epsilon_l2": "2.5"}
    app = open_page("Attack", attack=attack, **fast)
    assert not app.exception
    assert not app.error
    assert "L2, epsilon 2.5," in threat_model(app)
    given = lab(app)
    assert {model["norm"] for model in given["threatModels"]} == {"l2"}
    assert given["axis"]["values"] == [notch / 4 for notch in range(33)]


@pytest.mark.usefixtures("brightness")
@pytest.mark.slow
def test_a_norm_stays_when_the_attack_changes_and_square_has_none(open_page: Open) -> None:
    app = open_page("Attack", attack="pgd", steps="1", norm="l2", step_size_l2="0.25", epsilon="7")
    assert app.select_slider(key="step_size_l2").value == 0.25
    assert "step size 0.25" in threat_model(app)
    app.selectbox(key="attack").set_value("fgsm").run()
    assert "L2, epsilon 1," in threat_model(app)
    app.selectbox(key="attack").set_value("square").run()
    assert "L∞, epsilon 7/255" in threat_model(app)
    app.selectbox(key="attack").set_value("fgsm").run()
    app.segmented_control(key="norm").set_value("linf").run()
    assert "L∞, epsilon 7/255" in threat_model(app)
    assert "norm" not in app.query_params


@pytest.mark.parametrize("epsilon", ["8.25", "0.1", "-1", "1e0", "nan", "²", "1.", "0" * 20])
@pytest.mark.usefixtures("brightness")
@pytest.mark.slow
def test_a_length_off_the_grid_is_ignored(open_page: Open, epsilon: str) -> None:
    app = open_page("Attack", norm="l2", epsilon_l2=epsilon)
    assert not app.exception
    assert lab(app)["level"] == 4
    assert "epsilon_l2" not in app.query_params


@pytest.mark.usefixtures("brightness")
def test_settings_survive_another_page_even_when_they_came_by_a_link(open_page: Open) -> None:
    app = open_page("Attack", attack="pgd", epsilon="3", steps="2")
    app.slider(key="steps").set_value(4).run()
    app.switch_page("pages/1_Inspect.py").run()
    app.switch_page("pages/2_Attack.py").run()
    assert app.selectbox(key="attack").value == "pgd"
    assert "epsilon 3/255" in threat_model(app)
    assert app.slider(key="steps").value == 4


@pytest.mark.usefixtures("brightness")
def test_report_takes_the_attack_of_the_attack_page(open_page: Open) -> None:
    app = open_page("Attack", attack="pgd", epsilon="3", steps="2")
    app.switch_page("pages/3_Report.py").run()
    assert app.pills(key="attacks").value == ["pgd"]
    assert app.slider(key="epsilon").value == 3


def test_a_page_started_alone_says_how_the_lab_is_started() -> None:
    app = AppTest.from_file(str(ROOT / "pages" / "2_Attack.py"), default_timeout=240).run()
    assert not app.exception
    (error,) = app.error
    assert "cannot be started alone" in error.value
    assert "facemask app" in error.value


@pytest.mark.parametrize("broken", ["facemask_ui.page.start.wait_for_import", "_draw_footer"])
def test_what_fails_around_a_page_is_one_sentence_and_a_line_of_the_log(
    open_page: Open,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    broken: str,
) -> None:
    def fail() -> None:
        raise RuntimeError("no such device")

    monkeypatch.setattr(broken if "." in broken else f"facemask_ui.page.frame.{broken}", fail)
    app = open_page("Models")
    assert not app.exception
    assert "Something went wrong on our side" in app.error[-1].value
    assert "no such device" in caplog.text
