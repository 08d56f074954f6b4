"""Several models' verdicts in one sentence."""

from __future__ import annotations

import re

import pytest

from facemask_core.evaluation.verdicts import Verdict
from facemask_ui.inspect import headline

UNSURE = 0.6
MARKUP = re.compile(r":(?:orange|blue)\[(?::material/\w+:)?|\*\*\]?|\\|\]")


def _write_sentence(**with_mask: float) -> str:
    """The sentence as it is read, from each model's probability of a mask."""
    judged = {name: Verdict(int(p > 0.5), (1 - p, p), UNSURE) for name, p in with_mask.items()}
    plain = MARKUP.sub("", headline.write_headline(judged)).replace("\N{NO-BREAK SPACE}", " ")
    return re.sub(" +", " ", plain).strip()


@pytest.mark.parametrize(
    ("with_mask", "sentence"),
    [
        ({"A": 0.9}, "With mask 90.0 %"),
        ({"A": 0.45}, "Without mask 55.0 %, but unsure"),
        ({"A": 0.9, "B": 0.8}, "Both models agree: With mask"),
        ({"A": 0.1, "B": 0.2, "C": 0.3}, "All three models agree: Without mask"),
        ({"A": 0.9, "B": 0.1}, "The models disagree: A says With mask (90.0 %); "
         "B says Without mask (90.0 %)"),
        ({"A": 0.2, "B": 0.8, "C": 0.9, "D": 0.3}, "The models disagree: B and C say With mask "
         "(80.0 % and 90.0 %); A and D say Without mask (80.0 % and 70.0 %)"),
        ({"A": 0.9, "B": 0.38, "C": 0.7, "D": 0.99}, "Three of four models say With mask; "
         "B says Without mask (62.0 %)"),
        ({"A": 0.1, "B": 0.2, "C": 0.7, "D": 0.99, "E": 0.3}, "Three of five models say "
         "Without mask; C and D say With mask (70.0 % and 99.0 %)"),
        ({"A": 0.9, "B": 0.8, "C": 0.54}, "All three models agree: With mask, "
         "but C is unsure (54.0 %)"),
        ({"A": 0.9, "B": 0.55, "C": 0.54}, "All three models agree: With mask, "
         "but B and C are unsure (55.0 % and 54.0 %)"),
        ({"A": 0.45, "B": 0.44}, "Both models agree: Without mask, but neither is sure"),
        ({"A": 0.45, "B": 0.44, "C": 0.41}, "All three models agree: Without mask, "
         "but none is sure"),
        ({f"M{n}": 0.9 for n in range(12)}, "All 12 models agree: With mask"),
    ],
)  # fmt: skip
def test_agreement_disagreement_and_doubt_are_in_words(
    with_mask: dict[str, float], sentence: str
) -> None:
    assert _write_sentence(**with_mask) == sentence


def test_a_model_below_a_bound_is_unsure() -> None:
    assert "unsure" in _write_sentence(A=UNSURE - 0.001)
    assert "unsure" not in _write_sentence(A=UNSURE)


def test_an_answer_is_a_word_beside_its_colour() -> None:
    text = headline.write_headline({"A": Verdict(0, (0.9, 0.1)), "B": Verdict(1, (0.2, 0.8))})
    assert ":blue[**With\N{NO-BREAK SPACE}mask**]" in text
    assert ":orange[**Without\N{NO-BREAK SPACE}mask**]" in text


def test_a_models_name_is_no_markdown() -> None:
    judged = {"[x](http://127.0.0.9)": Verdict(0, (0.9, 0.1)), "B": Verdict(1, (0.2, 0.8))}
    assert "[x](" not in headline.write_headline(judged)


def test_what_the_visitor_says_is_held_against_each_model() -> None:
    verdicts = {"A": Verdict(1, (0.1, 0.9)), "B": Verdict(0, (0.7, 0.3))}
    assert headline.write_check(verdicts, 1).endswith("B is wrong, without any attack.")
    assert headline.write_check({"A": verdicts["A"]}, 1).endswith("the model is right.")
