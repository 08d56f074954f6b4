"""Commands and links of every page exist, and the how-to pages work word for word."""

from __future__ import annotations

import importlib.util
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
import typer

from facemask_core import cli

ROOT = Path(__file__).resolve().parents[2]
PARTS = (
    "app.py",
    "pages",
    "facemask_core",
    "facemask_ui",
    "tests",
    "benchmarks",
    "pyproject.toml",
    "README.md",
)
FENCE = re.compile(
    r"^(?P<indent> *)```(?P<kind>\w*)(?: file=(?P<file>\S+))?\n(?P<text>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
GAP = "..."


PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
LINK = re.compile(r"\]\(([^)\s]+)\)")
# The first words of commands that are not the lab's own.
FOREIGN = {"docker", "pip", "py", "python3", "streamlit"}
LAB = typer.main.get_command(cli.app)
OPTIONS_OF_OTHERS = {"--help", "--build", "--server"}
"""Options in running text that every program has, or docker compose, or Streamlit."""


def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def shell_commands(page: Path) -> list[list[str]]:
    """The words of every command in a page's blocks, without variables set before it."""
    lines = [
        line.strip()
        for block in FENCE.finditer(read(page))
        if block["kind"] in {"sh", "powershell"}
        for line in block["text"].splitlines()
        if line.strip()
    ]
    words = [shlex.split(line.replace("\\", "/")) for line in lines]
    return [[word for word in line if not re.match(r"[A-Z_]+=", word)] for line in words]


def check_command(words: list[str]) -> None:
    """Checks that what a command starts exists, and the options if it is the lab's own."""
    program, *rest = words
    program = re.sub(r"^\.venv/(bin|Scripts)/", "", program)
    if [program, *rest[:1]] == ["uv", "run"]:
        program, *rest = rest[1:]
    if program == "python" and rest[0] != "-m":
        program = rest[0]
    elif program == "python":
        _, module, *rest = rest
        if module != "facemask_core":
            assert importlib.util.find_spec(module), module
            return
        program = "facemask"
    if program == "facemask":
        check_lab_command(rest)
    elif program == "make":
        makefile = read(ROOT / "Makefile")
        assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in rest), rest
    else:
        assert program in FOREIGN or (ROOT / program).exists(), words


def check_lab_command(words: list[str]) -> None:
    command: Any = LAB
    while words and hasattr(command, "commands"):
        assert words[0] in command.commands, words
        command, words = command.commands[words[0]], words[1:]
    given = {word for word in words if word.startswith("--")}
    options = [it for it in command.params if it.param_type_name == "option"]
    spelt = {spelling for it in options for spelling in (*it.opts, *it.secondary_opts)}
    assert given <= spelt | {"--help"}, given - spelt
    for option in options:
        assert not option.required or given & set(option.opts), f"{option.name} is missing"


def every_option(command: Any) -> set[str]:
    below = getattr(command, "commands", {}).values()
    own = {spelling for it in command.params for spelling in (*it.opts, *it.secondary_opts)}
    return own.union(*map(every_option, below))


def anchors(page: Path) -> set[str]:
    """The anchors that a page's headings get on GitHub."""
    headings = re.findall(r"^#+ (.*)$", read(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", it.lower()).replace(" ", "-") for it in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda it: it.stem)
def test_every_command_of_a_page_exists(page: Path) -> None:
    for words in shell_commands(page):
        check_command(words)


@pytest.mark.parametrize("page", PAGES, ids=lambda it: it.stem)
def test_every_option_and_target_in_running_text_exists(page: Path) -> None:
    quoted = re.findall(r"`([^`\n]+)`", FENCE.sub("", read(page)))
    targets = {name for text in quoted for name in re.findall(r"\bmake ([a-z-]+)$", text)}
    for target in targets:
        check_command(["make", target])
    options = {name for text in quoted for name in re.findall(r"(?<!\S)--[a-z][a-z-]*", text)}
    assert options <= every_option(LAB) | OPTIONS_OF_OTHERS, options - every_option(LAB)


@pytest.mark.parametrize("page", PAGES, ids=lambda it: it.stem)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(FENCE.sub("", read(page))):
        path, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        place = (page.parent / path).resolve() if path else page
        assert place.exists(), target
        assert not anchor or anchor in anchors(place), target


@pytest.mark.parametrize("page", PAGES, ids=lambda it: it.stem)
def test_every_file_in_running_text_exists(page: Path) -> None:
    if page.name == "CHANGELOG.md":
        return  # it names what was there at the time
    folders = "assets|benchmarks|deploy|docs|facemask_core|facemask_ui|pages|tests|tools"
    quoted = re.findall(rf"`((?:{folders})/[^`\s]*)`", FENCE.sub("", read(page)))
    missing = [path for path in quoted if not list(ROOT.glob(path.rstrip("/")))]
    assert not missing, missing


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        links = (page.parent / it.partition("#")[0] for it in LINK.findall(read(page)))
        found = {it.resolve() for it in links if it.suffix == ".md" and it.exists()}
        waiting += found - reached - set(waiting)
    assert set(PAGES) <= reached


def test_every_dependency_has_its_reason() -> None:
    packages = re.findall(
        r"^\| ([a-z0-9-]+) \| \S", read(ROOT / "docs/dependencies.md"), re.MULTILINE
    )
    stated = {
        line.split("==")[0]
        for path in ROOT.glob("requirements*.txt")
        for line in read(path).splitlines()
        if "==" in line
    }
    assert sorted(set(packages) - {"package"}) == sorted(stated)


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
