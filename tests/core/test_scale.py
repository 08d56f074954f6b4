"""The scale benchmark measures each question once; no figure is held against a clock here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import scale
from benchmarks.result_file import ResultFile
from facemask_core import engines
from facemask_core.data import datasets

pytestmark = pytest.mark.slow  # two processes, each of which compiles

SIZES = scale.Sizes(few=4, whole=12, turn=4, turns=2)


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A result file of a dozen portraits, and their folder."""
    root = tmp_path_factory.mktemp("scale")
    results = ResultFile(root / "scale.json")
    scale.measure_scale(results, root / "portraits", SIZES, engines.Local())
    return root / "scale.json", root / "portraits"


def test_every_figure_is_there(measured: tuple[Path, Path]) -> None:
    values = json.loads(measured[0].read_text(encoding="utf-8"))
    assert values.keys() == {"turns", "local", "few", "whole"}
    for name, count in (("few", 4), ("whole", 12)):
        run = values[name]
        assert run["images"] == count
        assert run["ratio"] > 0
        assert run["processor_ratio"] > 0
        assert run["peak_mib"] > 100, "the process has loaded TensorFlow or JAX"
        assert run["stored_bytes_per_image"] > 0
    for name, contenders in (("turns", {"model", "report", "stored"}), ("local", {"local"})):
        turns = values[name]["seconds"]
        assert contenders <= turns.keys()
        (number,) = {len(seconds) for seconds in turns.values()}
        assert (number, values[name]["images"]) == ((2, 8) if name == "turns" else (1, 16))
    assert len(datasets.open_dataset(measured[1])) == SIZES.whole


def test_what_was_measured_is_kept_and_what_is_missing_is_made_up(
    measured: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, folder = tmp_path / "scale.json", measured[1]
    values = json.loads(measured[0].read_text(encoding="utf-8"))
    path.write_text(json.dumps(values))
    asked: list[int] = []

    def whole_run(_: Path, count: int, *__: Any) -> dict[str, Any]:
        asked.append(count)
        return {"images": count}

    monkeypatch.setattr(scale, "whole_run", whole_run)
    scale.measure_scale(ResultFile(path), folder, SIZES, engines.Local())
    assert asked == []
    del values["few"]
    path.write_text(json.dumps(values))
    scale.measure_scale(ResultFile(path), folder, SIZES, engines.Local())
    assert asked == [4]
    assert json.loads(path.read_text())["few"]["images"] == 4


def test_backbones_are_measured_once_on_photographs_and_tabled(
    measured: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str | Path, ...]] = []

    def command_line(*words: str | Path) -> dict[str, Any]:
        asked.append(words)
        speed = {"device": "a CPU"}
        return {"images": 12, "seconds": 2.0, "peak_mib": 99, "speed": speed}

    monkeypatch.setattr(scale, "command_line", command_line)
    results = ResultFile(tmp_path / "scale.json")
    for _ in range(2):
        scale.measure_photographs(results, ["mobilenetv3"], measured[1])
    assert len(asked) == len(scale.ATTACKS)
    assert asked[-1][-8:] == (*scale.ATTACKS["PGD-20"], "--no-store")
    assert "| mobilenetv3 | PGD-20 | 12 | 2.0 s | 6.0 | 99 MiB |" in scale.tables(results.values)[0]
