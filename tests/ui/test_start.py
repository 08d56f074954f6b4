"""The frame of a page needs nothing that takes long to import."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_SLOW = ("tensorflow", "keras", "sklearn", "scipy", "cv2")


def test_the_frame_is_there_before_anything_slow_is_imported() -> None:
    code = f"import facemask_ui.shell, sys; print([n for n in {_SLOW} if n in sys.modules])"
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert found.stdout.strip() == "[]"


def test_pages_import_nothing_slow_before_their_frame() -> None:
    for page in (ROOT / "app.py", *(ROOT / "pages").glob("*.py")):
        before, _, _ = page.read_text(encoding="utf-8").partition("with shell.page(")
        waits = "start.ready()" in before  # its heading needs what is slow
        imported = {line for line in before.splitlines() if line.startswith(("from", "import"))}
        usual = {"import streamlit as st", "from facemask_ui import shell"}
        assert waits or imported <= usual, page
