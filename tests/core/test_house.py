"""The house in order: imports one way and in no circle, few loose files, none that is long."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Collection, Iterator
from graphlib import TopologicalSorter
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


def test_private_interfaces_stand_in_one_file_of_each_package() -> None:
    private = ("keras.src", "clear_session", "streamlit.runtime", "spool_max_size")
    for package in FORBIDDEN:
        for file in (ROOT / package).rglob("*.py"):
            if any(name in file.read_text(encoding="utf-8") for name in private):
                assert file.name == "compat.py", file


def test_no_import_circle_between_modules() -> None:
    """Imports inside functions count, and so do modules whose names are written as text."""
    files = {}
    for package in FORBIDDEN:
        for file in (ROOT / package).rglob("*.py"):
            module = ".".join(file.relative_to(ROOT).with_suffix("").parts)
            files[module.removesuffix(".__init__")] = file
    graph = {module: _needs(file, files.keys()) - {module} for module, file in files.items()}
    assert len(graph) > 200
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


def _needs(file: Path, modules: Collection[str]) -> set[str]:
    needs = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            needs |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                needs.add(name if name in modules else str(node.module))
        elif isinstance(node, ast.Constant):
            needs.add(str(node.value))
    return needs & set(modules)


@pytest.mark.parametrize("package", FORBIDDEN)
def test_few_files_lie_loose_in_a_package(package: str) -> None:
    loose = {file.name for file in (ROOT / package).iterdir() if file.is_file()}
    assert len(loose - {"__init__.py", "__main__.py"}) <= 14


LONG = {
    # The face finder: the cascades' votes and the boxes want a file each, left for a later issue.
    "facemask_core/pictures/faces.py": 450,
}
"""Files above 400 lines that are known, with the lines they may have."""


@pytest.mark.parametrize("package", FORBIDDEN)
def test_no_file_is_long(package: str) -> None:
    for file in (ROOT / package).rglob("*"):
        if file.suffix in {".py", ".js", ".css"}:
            lines = file.read_text(encoding="utf-8").count("\n")
            assert lines <= LONG.get(file.relative_to(ROOT).as_posix(), 400), file


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
