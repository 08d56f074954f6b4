"""Choosing a file of one's own, with every refusal in visible words."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

_CSS = """
[data-testid="stFileChip"]:has(> [role="alert"]) { flex-wrap: wrap; height: auto; }
[data-testid="stFileChip"] > [role="alert"] {
  position: static; width: 100%; height: auto; margin: 0;
  clip: auto; clip-path: none; overflow: visible; white-space: normal;
  font-size: 0.875rem;
}
"""


def choose_file(
    label: str,
    *,
    key: str,
    on_change: Callable[[], None],
    most_megabytes: int | None = None,
    hint: str | None = None,
) -> None:
    """Shows the choice of a file, which is in the session's state afterwards.

    Of any kind: the browser alone would refuse a wrong ending, and the page would go on showing
    what it made of the file before. The core knows a file by its content, and says in a sentence
    what is wrong. What is too large never leaves the browser; Streamlit hides the reason in a
    text for screen readers, which is shown here.

    Args:
        label: What is to be chosen.
        key: The widget's name in the session's state.
        on_change: Called when a file is chosen or removed.
        most_megabytes: Largest size; None leaves it to the server's settings.
        hint: More about it, for who asks.
    """
    st.html(f"<style>{_CSS}</style>")
    st.file_uploader(label, max_upload_size=most_megabytes, key=key, on_change=on_change, help=hint)
