"""The how-to pages work as they stand: each is followed word for word in a copy of the lab."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("app.py", "pages", "facemask_core", "facemask_ui", "tests", "pyproject.toml", "README.md")
FENCE = re.compile(
    r"^(?P<indent> *)```(?P<kind>\w*)(?: file=(?P<file>\S+))?\n(?P<text>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
GAP = "..."


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The lab without its pictures and weights, which are only read."""
    for name in PARTS:
        source = ROOT / name
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, tmp_path / name, ignore=ignored)
        else:
            shutil.copy(source, tmp_path / name)
    (tmp_path / "assets").symlink_to(ROOT / "assets")
    return tmp_path


def change(path: Path, difference: str) -> None:
    """Makes the changes of a diff whose hunks are parted by a line of dots."""
    text = path.read_text(encoding="utf-8")
    for hunk in re.split(rf"^{re.escape(GAP)}\n", difference, flags=re.MULTILINE):
        lines = hunk.splitlines(keepends=True)
        before = "".join(line[1:] for line in lines if not line.startswith("+"))
        after = "".join(line[1:] for line in lines if not line.startswith("-"))
        assert text.count(before) == 1, f"{path.name} does not hold, once:\n{before}"
        text = text.replace(before, after)
    path.write_text(text, encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("add-*.md")), ids=lambda it: it.stem)
def test_a_newcomer_who_follows_the_page_gets_there(page: Path, copy: Path) -> None:
    commands = 0
    for step in FENCE.finditer(page.read_text(encoding="utf-8")):
        text = textwrap.dedent(step["text"])
        if step["kind"] == "python":
            (copy / step["file"]).write_text(text, encoding="utf-8")
        elif step["kind"] == "diff":
            change(copy / step["file"], text)
        elif step["kind"] == "sh":
            follow(text, copy)
            commands += 1
    assert commands


def follow(command: str, folder: Path) -> None:
    python, *words = shlex.split(command)
    assert python == "python"
    done = subprocess.run(
        [sys.executable, *words], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "skipped" not in done.stdout.splitlines()[-1], "nothing was tried"
