"""The hash of the code tells any change a figure could depend on."""

from __future__ import annotations

from pathlib import Path

import pytest

from facemask_core import versions
from facemask_core.backend import keras


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("a.py", "attacks/b.py", "cli/c.py", "jobs/d.py", "shipped/e.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x = 1\n")
    monkeypatch.setattr(versions.paths, "PACKAGE", tmp_path)
    return tmp_path


def _sha256() -> str:
    versions.source_sha256.cache_clear()
    try:
        return versions.source_sha256()
    finally:
        versions.source_sha256.cache_clear()


def test_the_hash_follows_the_computing_code_alone(package: Path) -> None:
    before = _sha256()
    (package / "cli/c.py").write_text("x = 2\n")
    (package / "jobs/d.py").write_text("x = 2\n")
    (package / "shipped/e.py").write_text("x = 2\n")
    (package / "notes.txt").write_text("not code\n")
    assert _sha256() == before
    (package / "attacks/b.py").write_text("x = 2\n")
    changed = _sha256()
    assert changed != before
    (package / "attacks/b.py").rename(package / "attacks/d.py")
    assert _sha256() not in {before, changed}


def test_the_libraries_under_a_figure_are_named() -> None:
    found = versions.package_versions()
    assert {"python", "keras", keras.backend.backend(), "numpy", "pillow"} <= found.keys()
    assert all(found.values())
