"""What a page says of a grouping is what the core says of it, and in English word for word."""

from __future__ import annotations

import pytest

from facemask_core.data import groupings
from facemask_core.data.groupings import FIRST, SECOND, Grouping
from facemask_ui.base import grouping_words


@pytest.mark.parametrize("grouping", [FIRST, SECOND], ids=lambda grouping: grouping.name)
def test_the_words_are_the_cores(grouping: Grouping) -> None:
    assert grouping_words.name_grouping(grouping) == grouping.name
    assert grouping_words.explain_grouping(grouping) == grouping.note


@pytest.mark.parametrize("in_sentence", [True, False])
@pytest.mark.parametrize("sha256", [FIRST.splits["test"], SECOND.splits["val"], "0" * 64, None])
def test_photographs_have_the_cores_name(sha256: str | None, in_sentence: bool) -> None:
    named = grouping_words.name_photographs(sha256, in_sentence=in_sentence)
    assert named == groupings.name_photographs(sha256, in_sentence=in_sentence)
