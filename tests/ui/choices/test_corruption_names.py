"""Corruptions are named in the page's language, and one that no file knows by the core's words."""

from __future__ import annotations

import pytest

from facemask_core import corruptions
from facemask_ui.choices import corruption_names
from facemask_ui.language import read_texts, speech


@pytest.fixture
def french(monkeypatch: pytest.MonkeyPatch) -> None:
    strings = read_texts("fr")
    monkeypatch.setattr(speech, "read_current", lambda: strings)


@pytest.mark.parametrize("code", corruptions.names())
@pytest.mark.parametrize("strength", [0.25, 1, 2.5, 5])
def test_english_is_what_the_core_says(code: str, strength: float) -> None:
    written = corruptions.make(code).describe(strength)
    assert corruption_names.translate_value(code, written) == written
    assert corruption_names.name_corruption(code) == corruptions.get(code).title
    assert read_texts("en").has(f"corruptions.{code}.title")


@pytest.mark.usefixtures("french")
@pytest.mark.parametrize(
    ("code", "written", "said"),
    [
        ("jpeg", "quality 15", "qualité 15"),
        ("distance", "0.35 of the frame", "0,35 du cadre"),
        ("darker", "x0.88", "x0,88"),
        ("rotation", "7.5°", "7,5°"),
        ("jpeg", "<b>x</b> 15", "<b>x</b> 15"),
        ("jpeg", "none", "none"),
    ],
)
def test_a_value_is_said_in_french_if_it_is_one_of_the_cores(
    code: str, written: str, said: str
) -> None:
    assert corruption_names.translate_value(code, written) == said
