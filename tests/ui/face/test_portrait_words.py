"""What the shipped pictures show is said in each language, and in English word for word."""

from __future__ import annotations

import re

import pytest

from facemask_core.data import samples
from facemask_ui.face import portrait_words
from facemask_ui.language import read_texts

SHIPPED = (*samples.gallery(), *samples.confusers())


@pytest.mark.parametrize("sample", SHIPPED, ids=lambda sample: sample.id)
def test_english_is_the_tables_own(sample: samples.Portrait) -> None:
    assert portrait_words.describe_portrait(sample.alt) == sample.alt


@pytest.mark.parametrize("sample", SHIPPED, ids=lambda sample: sample.id)
def test_no_phrase_stays_english(sample: samples.Portrait, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portrait_words, "read_current", lambda: read_texts("fr"))
    said = portrait_words.describe_portrait(sample.alt)
    assert not re.search(r"\b(with|skin|hair|mask|glasses|young|elderly|smile)\b", said)


def test_an_unknown_phrase_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portrait_words, "read_current", lambda: read_texts("fr"))
    alt = "Rendered portrait of nobody with a mask: a parrot, young"
    assert portrait_words.describe_portrait(alt).endswith("avec masque\u202f: a parrot, jeune")
