"""Links from the lesson to the lab at prepared settings, on the screen and on paper."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from facemask_ui.language.texts import Texts
from facemask_ui.lesson.chapters import Chapter

PAGE = "Learn"
_SCRIPTS = {
    "Inspect": "pages/1_Inspect.py",
    "Attack": "pages/2_Attack.py",
    "Models": "pages/4_Models.py",
}


def find_script(chapter: Chapter[object]) -> str:
    """Finds the file of the page that a chapter links to."""
    return _SCRIPTS[chapter.page]


def find_lab(address: str | None, page: str = PAGE) -> str:
    """Finds the lab's address as the visitor sees it; empty if it is not known.

    Args:
        address: The address of one of its pages.
        page: How that page's address ends.
    """
    parts = urlsplit(address or "")
    if parts.scheme not in {"http", "https"}:
        return ""
    # Streamlit says that it leaves the page out, and sometimes does.
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/').removesuffix(f'/{page}')}"


def link_to_lab(lab: str, chapter: Chapter[object]) -> str:
    """Writes the address of a chapter's page in the lab, with all settings.

    Args:
        lab: The lab's address.
        chapter: The chapter.
    """
    return f"{lab}/{chapter.page}?{urlencode(chapter.query)}"


def link_to_lesson(lab: str, texts: Texts, number: int) -> str:
    """Writes the address of a chapter of the lesson.

    Args:
        lab: The lab's address.
        texts: The language to open it in.
        number: The chapter, from 1.
    """
    return f"{lab}/{PAGE}?{urlencode({'lang': texts.language, 'chapter': number})}"
