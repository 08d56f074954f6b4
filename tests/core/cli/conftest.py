"""The command line in this process."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from command_line import Answer, Lab, loaded

import facemask_core
from facemask_core import cli


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
