"""Several models' verdicts in one line."""

from __future__ import annotations

import pytest

from facemask_core.verdicts import Verdict
from facemask_ui import verdicts


def _verdict(label: int) -> Verdict:
    return Verdict(label=label, probabilities=(0.9, 0.1) if label == 0 else (0.2, 0.8))


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ([1], ["With", "80.0"]),
        ([0, 0], ["Both models", "Without"]),
        ([1, 1, 1], ["All 3 models", "With"]),
        ([1, 0, 1], ["disagree", "2 ", "With", "1 ", "Without"]),
    ],
)
def test_agreement_and_disagreement_are_said_in_words(labels: list[int], words: list[str]) -> None:
    text = verdicts.headline([_verdict(label) for label in labels])
    place = 0
    for word in words:
        place = text.index(word, place) + len(word)
