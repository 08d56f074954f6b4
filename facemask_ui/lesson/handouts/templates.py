"""The templates of both handouts, and the lesson's Markdown without what only Streamlit reads."""

from __future__ import annotations

import re
from pathlib import Path

from facemask_ui.base.printed_page import open_templates

TEMPLATES = open_templates(Path(__file__).parent)
_ICON = re.compile(r":material/\w+:\s*")
_COLOUR = re.compile(r":(?:orange|blue)\[(.*?)\]")


def remove_streamlit_marks(text: str) -> str:
    """Takes icons, colours and code marks out of a text; paragraphs and bold stay.

    Args:
        text: As the lesson's strings have it, perhaps with verdicts in it.
    """
    return _ICON.sub("", _COLOUR.sub(r"\1", text)).replace("`", "")
