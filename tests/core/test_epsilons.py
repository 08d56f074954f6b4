"""Epsilon is read as people write it and shown on both scales."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from facemask_core.epsilons import L2, LINF, Grid, describe_epsilon, grid, parse_epsilon
from facemask_core.errors import AttackError


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.05", 0.05),
        ("8/255", 8 / 255),
        (" 8 / 255 ", 8 / 255),
        ("0", 0.0),
        ("1", 1.0),
        (".5", 0.5),
        ("1e-2", 0.01),
        ("+0.25", 0.25),
        ("0/255", 0.0),
        ("2", 2.0),  # a length in another norm may well be above 1: the attack decides
    ],
)
def test_decimals_and_fractions_are_read(text: str, value: float) -> None:
    assert parse_epsilon(text) == value


@pytest.mark.parametrize(
    "text", ["", " ", "abc", "nan", "inf", "-inf", "8/0", "8/", "/255", "8/255/2", "0,05", "0x10"]
)
def test_what_is_no_number_is_refused_by_name(text: str) -> None:
    with pytest.raises(AttackError) as refusal:
        parse_epsilon(text)
    assert repr(text) in str(refusal.value)
    assert "8/255" in str(refusal.value)


@pytest.mark.parametrize("text", ["-1", "-0.0001", "-8/255"])
def test_a_negative_number_is_refused(text: str) -> None:
    with pytest.raises(AttackError, match="negative"):
        parse_epsilon(text)


def test_a_number_beyond_all_floats_is_refused() -> None:
    with pytest.raises(AttackError):
        parse_epsilon("1e400")


def test_an_absurd_exponent_does_not_keep_the_computer_busy() -> None:
    """Exact arithmetic on 1e999999999 would compute a billion digits; a child can be stopped."""
    code = (
        "from facemask_core.epsilons import parse_epsilon\n"
        "from facemask_core.errors import AttackError\n"
        "for text in ('1e999999999', '1e-999999999'):\n"
        "    try:\n"
        "        print(parse_epsilon(text))\n"
        "    except AttackError:\n"
        "        print('refused')\n"
    )
    try:
        child = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
        )
    except subprocess.TimeoutExpired:
        pytest.fail("parse_epsilon still computes after a minute")
    first, second = child.stdout.split()
    assert first == "refused"
    assert second in ("refused", "0.0")


@given(st.integers(0, 255))
def test_every_level_is_read_back_exactly(level: int) -> None:
    assert parse_epsilon(f"{level}/255") == level / 255


@given(st.floats(0, 1e6))
def test_a_printed_float_is_read_back_exactly(value: float) -> None:
    assert parse_epsilon(repr(value)) == value


@given(st.text(st.characters(blacklist_characters="eE"), max_size=50))
@example("9" * 5000)
@example("1/" + "9" * 4000)
@example("\uff11/\uff12")  # full-width digits, as East Asian keyboards give them
@example("\0")
def test_any_text_is_a_number_from_zero_or_is_refused(text: str) -> None:
    try:
        value = parse_epsilon(text)
    except AttackError:
        return
    assert 0.0 <= value < float("inf")


@pytest.mark.parametrize(
    ("epsilon", "text"),
    [
        (8 / 255, "8/255 (0.0314)"),
        (0.05, "12.75/255 (0.05)"),
        (0.0, "0/255 (0)"),
        (1.0, "255/255 (1)"),
    ],
)
def test_both_scales_are_shown(epsilon: float, text: str) -> None:
    assert describe_epsilon(epsilon) == text


def test_a_length_in_l2_is_written_as_it_is() -> None:
    assert describe_epsilon(2.25, "l2") == "2.25"
    assert describe_epsilon(8 / 255, "linf") == "8/255 (0.0314)"


@pytest.mark.parametrize(
    ("axis", "notch", "epsilon", "written"),
    [
        (LINF, 0, 0.0, "0/255"),
        (LINF, 32, 32 / 255, "32/255"),
        (L2, 0, 0.0, "0"),
        (L2, 4, 1.0, "1"),
        (L2, 9, 2.25, "2.25"),
        (L2, 32, 8.0, "8"),
    ],
)
def test_a_notch_has_one_epsilon(axis: Grid, notch: int, epsilon: float, written: str) -> None:
    assert axis.epsilon(notch) == epsilon
    assert axis.write(notch) == written
    assert axis.notch(axis.number(notch)) == notch
    assert parse_epsilon(axis.write(notch)) == epsilon


@pytest.mark.parametrize("number", [0.3, -0.25, float("nan"), float("inf")])
def test_what_lies_between_two_notches_is_refused(number: float) -> None:
    with pytest.raises(AttackError, match=r"steps of 0\.25"):
        L2.notch(number)


def test_both_sliders_are_as_long_and_begin_within() -> None:
    for norm in ("linf", "l2"):
        axis = grid(norm)
        assert axis.norm == norm
        assert axis.notches == range(33)
        assert axis.usual in axis.notches
    with pytest.raises(AttackError, match="l3"):
        grid("l3")
