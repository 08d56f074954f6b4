"""Numbers in tables are sorted as numbers and written as the page's language does."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
import streamlit as st

from facemask_ui.base import data_table
from facemask_ui.language import number, percent, speak_within


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ("0.1234", "9.5")), ("fr", ("0,1234", "9,5"))],
)
def test_numbers_travel_with_their_texts(
    monkeypatch: pytest.MonkeyPatch, language: str, words: tuple[str, str]
) -> None:
    shown: list[Any] = []
    monkeypatch.setattr(st, "dataframe", lambda table, **_: shown.append(table))
    table = pd.DataFrame({"loss": [0.12341, 2.0], "share": [0.095, None], "images": [7, 8]})
    with speak_within(language):
        data_table.show_data(table, {"loss": lambda it: number(it, 4), "share": percent})
        text = shown[0].to_string()
    assert all(word in text for word in words)
    assert "nan" not in text
    assert shown[0].data["loss"].dtype == float
