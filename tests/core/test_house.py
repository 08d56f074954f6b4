"""Imports run one way: pages import facemask_ui, which imports facemask_core, which neither."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FORBIDDEN = {
    "facemask_core": {"facemask_ui", "streamlit", "plotly", "pages", "app"},
    "facemask_ui": {"pages", "app"},
}


def _imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            yield str(node.module)


@pytest.mark.parametrize("package", FORBIDDEN)
def test_no_import_runs_back_up(package: str) -> None:
    files = sorted((ROOT / package).rglob("*.py"))
    assert files
    for file in files:
        tops = {name.partition(".")[0] for name in _imports(file)}
        assert not tops & FORBIDDEN[package], file


def test_keras_is_imported_where_its_backend_is_settled() -> None:
    """A second place could come first, before the environment is set."""
    for package in FORBIDDEN:
        for file in (ROOT / package).rglob("*.py"):
            if "keras" in {name.partition(".")[0] for name in _imports(file)}:
                assert file.name == "backend.py", file


def test_private_interfaces_of_keras_stand_in_one_file() -> None:
    for package in FORBIDDEN:
        for file in (ROOT / package).rglob("*.py"):
            if "keras.src" in file.read_text(encoding="utf-8"):
                assert file.name == "compat.py", file


def test_one_import_reaches_the_whole_public_core() -> None:
    """In a fresh interpreter, where nothing else has imported the submodules."""
    code = (
        "import facemask_core as core\n"
        "print(core.attacks.make('pgd', steps=3).steps, 'vgg19' in core.backbones.names(),"
        " core.load_classifier.__name__, core.Classifier.__name__, hasattr(core, 'nothing'))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert found.stdout.split() == ["3", "True", "load_classifier", "Classifier", "False"]
