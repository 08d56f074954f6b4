"""Class names are read in their usual spellings and never guessed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from facemask_core.errors import DatasetError
from facemask_core.labels import LABELS, WITH_MASK, WITHOUT_MASK, parse_label

WITH = [
    "with_mask",
    "WithMask",
    "with mask",
    "With-Mask",
    "WITH_MASK",
    "mask",
    "Masks",
    "masked",
    "face_mask",
    "mask_on",
]
WITHOUT = [
    "without_mask",
    "WithoutMask",
    "without mask",
    "Without-Mask",
    "no_mask",
    "NoMask",
    "no face mask",
    "unmasked",
    "non-masked",
    "not masked",
    "mask_off",
]


def test_the_classes_stand_in_the_papers_order() -> None:
    assert LABELS == ("without_mask", "with_mask")
    assert (WITHOUT_MASK, WITH_MASK) == (0, 1)


@pytest.mark.parametrize("text", WITH)
def test_spellings_of_with_mask_are_read(text: str) -> None:
    assert parse_label(text) == WITH_MASK


@pytest.mark.parametrize("text", WITHOUT)
def test_spellings_of_without_mask_are_read(text: str) -> None:
    assert parse_label(text) == WITHOUT_MASK


@pytest.mark.parametrize(
    "text", ["", "   ", "cats", "train", "withmaskwithout", "incorrect_mask", "0", "1", "maske"]
)
def test_an_unknown_class_is_refused_by_name(text: str) -> None:
    with pytest.raises(DatasetError) as refusal:
        parse_label(text)
    assert repr(text) in str(refusal.value)
    assert all(name in str(refusal.value) for name in LABELS)


@pytest.mark.parametrize("text", ["未戴mask", "没有_mask", "بدون mask", "без_mask"])
def test_a_word_in_another_script_is_not_overlooked(text: str) -> None:
    """All of these say "without mask"; reading only the Latin part would swap the classes."""
    with pytest.raises(DatasetError):
        parse_label(text)


@given(st.text())
@example("\0")
@example("İ")
@example("\ud800")
def test_any_text_is_a_class_or_is_refused(text: str) -> None:
    try:
        label = parse_label(text)
    except DatasetError:
        return
    assert label in (WITHOUT_MASK, WITH_MASK)


@given(
    st.sampled_from(WITH + WITHOUT),
    st.sampled_from([str.upper, str.lower, str.title, str.swapcase]),
    st.sampled_from([" ", "_", "-", ".", "  "]),
)
def test_case_and_separators_do_not_matter(
    text: str, change: Callable[[str], str], separator: str
) -> None:
    spelled = change(separator.join(text.replace("_", " ").replace("-", " ").split()))
    assert parse_label(spelled) == parse_label(text)
