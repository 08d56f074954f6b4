"""A queue in a folder of its own, and photographs to ask about."""

from __future__ import annotations

from pathlib import Path

import pytest
import queued

from facemask_core.jobs import Queue


@pytest.fixture
def queue(tmp_path: Path) -> Queue:
    return Queue(tmp_path / "home")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Three batches, the last a short one, with files that are no pictures."""
    return queued.write(tmp_path / "data", 70, broken=(0, 33, 69))
