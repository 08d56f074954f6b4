"""The frame of a page needs nothing that takes long to import."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
_SLOW = ("tensorflow", "keras", "sklearn", "scipy", "cv2")
_BEFORE_THE_FRAME = {
    "import streamlit as st",
    "from facemask_ui.page import frame",
}
"""All that pages import before their frame."""


def test_the_frame_is_there_before_anything_slow_is_imported() -> None:
    asked = f"print([n for n in {_SLOW} if n in sys.modules])"
    code = "; ".join((*_BEFORE_THE_FRAME, "import app", "import sys", asked))
    process = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert process.stdout.strip() == "[]"


def test_pages_import_nothing_else_before_their_frame() -> None:
    home = ROOT / "facemask_ui" / "page" / "home.py"
    for page in (home, *(ROOT / "pages").glob("*.py")):
        before, _, _ = page.read_text(encoding="utf-8").partition("with frame.page(")
        imported = {line for line in before.splitlines() if line.startswith(("from", "import"))}
        assert imported <= _BEFORE_THE_FRAME, page
