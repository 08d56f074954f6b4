"""A dataset, a model and a store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import stored_runs

from facemask_core import Classifier, runs
from facemask_core.data.datasets import Dataset


@pytest.fixture(scope="session")
def judge() -> Classifier:
    return stored_runs.judge()


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    """Three batches, the last a short one, with files that are no pictures."""
    return stored_runs.write_pictures(tmp_path / "data", 70, broken=(0, 33, 69))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def store(home: Path) -> Iterator[runs.Store]:
    with runs.Store(home) as opened:
        yield opened
