"""Reading the screen of a page that runs without a browser."""

from __future__ import annotations

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

Open = Callable[..., AppTest]


def sentences(app: AppTest) -> list[str]:
    """The errors on the screen, without the escapes that keep them from being Markdown."""
    return [error.value.replace("\\", "") for error in app.error]
