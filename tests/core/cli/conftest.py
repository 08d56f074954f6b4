"""The command line in this process, and pictures to give it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from command_line import Answer, Lab, loaded, pixels

import facemask_core
from facemask_core import cli
from facemask_core.labels import LABELS
from facemask_core.pictures import images


@pytest.fixture
def lab(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Lab:
    """Runs the command line in this process, so that the model is loaded and compiled once.

    Every test has a store of runs of its own: none is answered from another's.
    """
    monkeypatch.setenv("FACEMASK_HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.setattr(facemask_core, "load_classifier", loaded, raising=False)

    def run(*words: Any) -> Answer:
        monkeypatch.setattr(sys, "argv", ["facemask_core", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return Answer(ended.value.code or 0, *capsys.readouterr())

    return run


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "picture.png"
    path.write_bytes(images.encode_png(pixels()))
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Three pictures a class, and one file that is none."""
    for seed in range(6):
        path = tmp_path / "data" / LABELS[seed % 2] / f"{seed}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(images.encode_png(pixels(seed)))
    (tmp_path / "data" / "with_mask" / "notes.txt").write_text("no picture")
    return tmp_path / "data"
