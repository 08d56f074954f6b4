"""A table to sort and search, whose numbers are written as the page's language does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

Writer = Callable[[float], str]


def show_data(table: pd.DataFrame, writers: Mapping[str, Writer], **options: Any) -> None:
    """Shows a table without its index.

    Streamlit's own formats write a point before decimals, or what the browser prefers. So each
    number travels with its text, and is still sorted as a number.

    Args:
        table: The table.
        writers: What writes the numbers of a column, by its head.
        **options: More of ``st.dataframe``'s.
    """
    formats: Any = dict(writers)
    st.dataframe(table.style.format(formats, na_rep="–"), hide_index=True, **options)
