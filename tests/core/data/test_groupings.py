"""Figures are shown with the grouping of the photographs that they are of."""

from __future__ import annotations

import pytest
from photographs import PHOTOGRAPHS, needs_photographs

from facemask_core.data import datasets, groupings
from facemask_core.data.groupings import FIRST, SECOND


@needs_photographs
@pytest.mark.parametrize("split", ["val", "test"])
def test_the_photographs_are_those_of_the_second_grouping(split: str) -> None:
    dataset = datasets.open_dataset(PHOTOGRAPHS / split)
    assert datasets.fingerprint(dataset) == SECOND.splits[split]


def test_photographs_are_named_by_their_grouping() -> None:
    assert groupings.name_photographs(FIRST.splits["test"]) == "first grouping"
    assert groupings.name_photographs(SECOND.splits["val"]) == "facemask-v2"
    assert groupings.name_photographs("0" * 64) == "others (000000000000)"
    assert groupings.name_photographs(None) == "not known"


def test_training_and_measuring_on_different_groupings_is_told() -> None:
    def describe(train: groupings.Grouping, test: groupings.Grouping) -> str:
        return groupings.describe_measurement(train.splits["train"], test.splits["test"])

    both = describe(FIRST, SECOND)
    assert "Trained on the first grouping, measured on facemask-v2" in both
    assert SECOND.note in both
    assert "52" in describe(FIRST, FIRST)
    assert "outside" not in describe(SECOND, FIRST), "its training split holds test photographs"
    assert groupings.describe_measurement(FIRST.splits["train"], "0" * 64) == ""
    assert groupings.describe_measurement(None, None) == ""
