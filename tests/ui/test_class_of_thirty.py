"""A small class at once: answers for everybody, and errors for nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.class_of_thirty.__main__ import Class, held
from benchmarks.class_of_thirty.tables import memory, table


@pytest.mark.long
@pytest.mark.slow
def test_a_small_class_is_served(tmp_path: Path) -> None:
    few = Class(
        visitors=4,
        seconds=15.0,
        arrival=1.0,
        thought=(0.1, 0.5),
        restless=0.4,
        models=("mobilenetv3",),
    )
    found = held(tmp_path, few)
    assert found["waits"]["errors"] == []
    assert sum(kind["asked"] for kind in found["waits"]["kinds"].values()) >= few.visitors
    assert any(kind["answer"] for kind in found["waits"]["kinds"].values())
    assert table(found).count("\n") == 1 + len(found["waits"]["kinds"])
    assert "MiB" in memory(found)
