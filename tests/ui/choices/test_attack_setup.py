"""Attacks and their settings in words: the core's own in English, and said in every language."""

from __future__ import annotations

import pytest

from facemask_core import attacks
from facemask_core.attacks import Setting
from facemask_ui.choices import attack_setup
from facemask_ui.lab import attack_choice
from facemask_ui.language import LANGUAGES, read_texts, speak_within


@pytest.mark.parametrize("name", attacks.names())
def test_english_says_of_an_attack_what_the_core_says(name: str) -> None:
    kind, texts = attacks.get(name), read_texts("en")
    assert texts.say(f"attacks.{name}.title") == attack_setup.name_attack(name) == kind.title
    assert texts.say(f"attacks.{name}.knowledge") == kind.knowledge
    for setting in attacks.describe_settings(name):
        if len(setting.choices) == 1:
            continue  # there is nothing to choose, so it is never shown
        assert texts.has(f"attacks.settings.{setting.name}.title")
        assert attack_setup.name_setting(setting.name) == setting.title
        assert attack_setup.explain_setting(name, setting) == setting.meaning
        if setting.name == "loss":
            names = [attack_setup.name_value(setting, value) for value in setting.choices]
            assert names == [*setting.choices]


def test_an_attack_someone_has_added_speaks_the_core_s_english() -> None:
    setting = Setting("odd_thing", int, 3, False, (), "What an engineer wrote.")
    with speak_within("fr"):
        assert attack_setup.name_setting("odd_thing") == "Odd thing"
        assert attack_setup.explain_setting("pgd", setting) == "What an engineer wrote."


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_attack_of_the_lab_says_how_strong_it_is(language: str) -> None:
    assert all(read_texts(language).has(f"attacks.{it}.strength") for it in attack_choice.STRENGTHS)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "PGD 4/255, 1 step, loss cross-entropy, no random start, 2 restarts, seed 7"),
        (
            "fr",
            "PGD 4/255, 1 pas, perte entropie croisée, sans départ aléatoire, 2 relances, graine 7",
        ),
    ],
)
def test_an_attack_is_described_in_the_page_s_language(language: str, words: str) -> None:
    details = {"steps": 1, "random_start": False, "restarts": 2, "loss": "cross-entropy", "seed": 7}
    with speak_within(language):
        assert attack_setup.describe_attack("pgd", 4 / 255, details) == words


def test_a_threat_model_has_the_comma_of_french() -> None:
    stated = attacks.make("mim", decay=0.25, target=1).threat_model(8 / 255, 3)
    with speak_within("fr"):
        written = attack_setup.describe_threat_model(stated)
    assert written.startswith("MIM, boîte blanche, cible 1, L∞, epsilon 8/255 (0,0314), graine 3")
    assert "mémoire 0,25" in written


@pytest.mark.parametrize(
    ("value", "written"), [(0.03137, "0,0314"), (12.0, "12"), (1e-07, "1e-07"), (2.25, "2,25")]
)
def test_numbers_of_any_size_keep_their_first_digits(value: float, written: str) -> None:
    with speak_within("fr"):
        assert attack_setup.write_significant(value) == written
