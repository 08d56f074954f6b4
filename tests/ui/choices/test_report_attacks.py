"""The report's choice of attacks: all of the core's, with their settings."""

from __future__ import annotations

from dataclasses import asdict

import pytest
from screen import Open, sentences
from streamlit.testing.v1 import AppTest

from facemask_core import attacks
from facemask_core.jobs import Queue
from facemask_ui.choices import report_attacks
from facemask_ui.choices.report_attacks import AttackChoice


def choose() -> None:
    import streamlit as st

    from facemask_ui.choices import report_attacks

    st.session_state["result"] = report_attacks.choose_attacks()


def open_choice(**query: str) -> tuple[AppTest, list[AttackChoice]]:
    app = AppTest.from_function(choose)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app, app.session_state["result"]


def test_every_attack_of_the_core_is_offered_with_its_own_settings() -> None:
    app, choices = open_choice(attacks=",".join(report_attacks.OFFERED), seed="7")
    assert {*report_attacks.OFFERED, "transfer"} == {*attacks.names()}
    assert [one.attack and one.attack.name for one in choices] == [*report_attacks.OFFERED]
    for one in choices:
        assert one.attack is not None
        assert asdict(one.attack) == asdict(attacks.make(one.attack.name))
        assert one.seed == (7 if one.attack.uses_seed else 0)
        is_long = one.attack.threat_model(0.0)["norm"] == "l2"
        assert one.epsilon == (1.0 if is_long else 4 / 255), "an epsilon for each norm"
    assert [expander.label for expander in app.expander][-1] == "Random noise settings"


def test_settings_come_from_the_link_and_go_to_the_attack() -> None:
    _, choices = open_choice(
        attacks="none,mim,square",
        mim_decay="0.25",
        mim_norm="l2",
        mim_target="1",
        epsilon_l2="2.5",
        square_queries="50",
        epsilon="9",
    )
    clean, mim, square = choices
    assert clean == AttackChoice(None)
    assert mim == AttackChoice(attacks.make("mim", decay=0.25, norm="l2", target=1), 2.5)
    assert square == AttackChoice(attacks.make("square", queries=50), 9 / 255)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"attacks": "square", "square_first_area": "7"}, "Square: The first area is 7"),
        ({"attacks": "pgd", "steps": "0"}, "PGD: PGD takes from 1 to"),
        ({"attacks": "pgd", "random_start": "False", "restarts": "2"}, "PGD: Restarts without"),
        ({"attacks": "cw", "cw_learning_rate": "999999999"}, "Carlini-Wagner: "),
        ({"attacks": "noise", "noise_draws": "999999"}, "Random noise: Draws may be"),
    ],
)
def test_what_makes_no_sense_is_one_sentence_and_no_report(
    query: dict[str, str], words: str
) -> None:
    app, choices = open_choice(**query)
    (sentence,) = sentences(app)
    assert sentence.startswith(words)
    assert choices == []


@pytest.mark.parametrize("value", ["-1", "nan", "inf", "1e999", "x", "", "9" * 400, "\u0661"])
def test_a_link_s_nonsense_is_the_default(value: str) -> None:
    query = {"mim_decay": value, "mim_steps": value, "mim_norm": value, "epsilon_l2": value}
    app, choices = open_choice(attacks="mim", **query)
    assert not app.error
    assert choices == [AttackChoice(attacks.make("mim"), 4 / 255)]


@pytest.mark.usefixtures("brightness")
def test_leaving_the_page_keeps_the_form(open_page: Open) -> None:
    app = open_page("Report", limit="5", attacks="none,deepfool", judged="mobilenetv3")
    app.number_input(key="deepfool_steps").set_value(9).run()
    app.number_input(key="limit").set_value(4).run()
    app.select_slider(key="epsilon_l2").set_value(2.0).run()
    app.switch_page("pages/6_Paper.py").run()
    app.switch_page("pages/3_Report.py").run()
    app.button(key="run-report").click().run()
    clean, attacked = (job.order for job in Queue().jobs())
    assert (clean.limit, clean.attack) == (4, None)
    assert (attacked.attack, attacked.epsilon, attacked.settings["steps"]) == ("deepfool", 2.0, 9)


def test_the_attack_page_s_choice_is_the_first_guess_and_outlives_a_reload() -> None:
    app, (guess,) = open_choice(attack="bim")
    assert guess.attack == attacks.make("bim")
    query = {"attacks": app.query_params["attacks"]}
    _, (again,) = open_choice(**query)
    assert again == guess
