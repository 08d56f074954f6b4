"""Where the real photographs lie that some tests need; they never enter the repository."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PHOTOGRAPHS = Path(__file__).resolve().parents[3] / "shared" / "data" / "facemask-v2"


def needs_photographs(test: Callable[..., Any]) -> Callable[..., Any]:
    """Marks a test, and says why it is skipped where they are absent."""
    absent = pytest.mark.skipif(
        not PHOTOGRAPHS.is_dir(),
        reason="the photographs of ../shared/data are not on this machine",
    )
    return absent(pytest.mark.photographs(test))
