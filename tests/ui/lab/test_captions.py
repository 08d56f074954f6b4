"""What a visitor takes home of the lab speaks the language of the page."""

from __future__ import annotations

import pytest

from facemask_core.epsilons import L2, LINF
from facemask_ui.lab import axis, captions
from facemask_ui.language import read_texts, speech


@pytest.fixture
def french(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speech, "read_texts", lambda _language: read_texts("fr"))


def test_a_films_captions_are_those_of_the_command_line_in_english() -> None:
    shares = [0.027, 0.973]
    assert captions.write_caption("4/255", shares, "wrong") == (
        "epsilon 4/255",
        "with mask 97.3 %: wrong",
    )
    assert captions.write_caption("0/255", shares, "") == ("epsilon 0/255", "with mask 97.3 %")


@pytest.mark.usefixtures("french")
def test_a_films_captions_are_french_in_the_letters_their_font_has() -> None:
    marks = ("", "wrong", "changed", "unsure")
    lines = [captions.write_caption("2,25", [0.973, 0.027], mark)[1] for mark in marks]
    assert lines[:2] == ["sans masque 97,3 %", "sans masque 97,3 % : faux"]
    assert all(line.isascii() for line in lines)
    assert len({captions.name_captions(truth_known=known) for known in (True, False)}) == 2


@pytest.mark.usefixtures("french")
def test_a_notch_is_written_with_the_languages_own_comma() -> None:
    assert (axis.write_notch(L2, 9), axis.write_notch(L2, 8)) == ("2,25", "2")
    assert axis.write_notch(LINF, 9) == "9/255"
    assert axis.epsilon_axis(LINF).texts[4] == "4/255 = 0,0157"
    assert axis.step_axis(20).short[3] == "pas 3"
