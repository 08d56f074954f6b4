"""The house in order: imports one way and in no circle, few loose files, none that is long."""

from __future__ import annotations

import ast
import re
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


def test_no_sentence_that_a_page_may_show_names_an_option_of_a_command() -> None:
    """Who reads it on a page has no command line; commands add their own options to it."""
    for_commands = {"backbones", "cli", "engines", "training"}
    by_command = {"blaze_face.py", "downloads.py", "mendeley.py"}  # pip's, and those of downloads
    for file in (ROOT / "facemask_core").rglob("*.py"):
        parts = file.relative_to(ROOT / "facemask_core").parts
        if parts[0] in for_commands or parts == ("jobs", "workers.py"):
            continue
        tree = ast.parse(file.read_text(encoding="utf-8"))
        asides = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
            if is_text and id(node) not in asides:  # docstrings are read by programmers
                words = re.findall(r"(?<![\w-])--[a-z][a-z-]+|run the command", node.value)
                assert not words or parts[-1] in by_command, (file, words)


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


@pytest.mark.parametrize("package", FORBIDDEN)
def test_no_file_is_long(package: str) -> None:
    for file in (ROOT / package).rglob("*"):
        if file.suffix in {".py", ".js", ".css"}:
            lines = file.read_text(encoding="utf-8").count("\n")
            assert lines <= 400, file


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


POSIX_MODULES = {"fcntl", "grp", "pty", "pwd", "resource", "termios", "tty"}
POSIX_NAMES = {
    *("chown", "fork", "geteuid", "getloadavg", "getgid", "getsid", "getuid", "killpg", "mkfifo"),
    *("nice", "sched_getaffinity", "setegid", "seteuid", "setsid", "statvfs", "sysconf", "symlink"),
    *("O_CLOEXEC", "O_DIRECTORY", "O_NOFOLLOW", "O_NONBLOCK", "ForkServerContext", "forkserver"),
    *("SIGALRM", "SIGCONT", "SIGHUP", "SIGKILL", "SIGSTOP", "SIGUSR1", "SIGUSR2", "symlink_to"),
}
POSIX_ARGUMENTS = {"pass_fds", "preexec_fn", "start_new_session"}
POSIX_PLACES = ("/dev/", "/proc", "/tmp")  # noqa: S108
BRANCHES = {
    "facemask_core/cli/work.py": {"nice"},  # goes without where there is no such function
    "facemask_core/pictures/decoder.py": {"/proc", "resource"},  # goes without where it is not
    "facemask_core/models/foreign/reader_process.py": {"resource"},  # likewise
    "facemask_core/system.py": {"resource"},  # likewise
    "facemask_ui/rooms/reach.py": {"/proc", "fcntl"},  # where the system is Linux
    "benchmarks/served.py": {"/proc", "SIGKILL", "sysconf"},  # says what is missing without /proc
    "tests/core/peak_memory.py": {"/proc", "resource"},
    "tests/core/privileges.py": {"geteuid", "seteuid"},
    "tests/core/tiny_backbone.py": {"SIGKILL"},  # told to by tests that need kills
    "tests/core/jobs/test_supervisor.py": {"getsid"},  # asked on POSIX alone
    "tests/core/test_docs.py": {"symlink_to"},  # for slow tests alone
    "tests/deploy/test_image.py": {"start_new_session"},  # for slow tests alone
    "tests/core/test_system.py": {"/proc"},  # skips where there is none
    "tests/core/test_house.py": {*POSIX_MODULES, *POSIX_NAMES, *POSIX_ARGUMENTS, *POSIX_PLACES},
}
"""Where a name stands that not every system has, behind a branch or in what a marked test calls."""
EXCUSES = ("needs.", "linux_alone", "mark.slow", "mark.ray", "mark.peers", "mark.photographs")


def _posix(node: ast.AST) -> Iterator[str]:
    """What of a statement Windows would not run, without what it marks as not to be run there."""
    if any(excuse in ast.unparse(mark) for mark in _marks(node) for excuse in EXCUSES):
        return
    if isinstance(node, ast.Import | ast.ImportFrom):
        names = [alias.name for alias in node.names]
        modules = {str(getattr(node, "module", "")), *names}
        yield from {name.partition(".")[0] for name in modules} & POSIX_MODULES
        yield from {*names} & POSIX_NAMES
    elif isinstance(node, ast.Attribute) and node.attr in POSIX_NAMES:
        yield node.attr
    elif isinstance(node, ast.keyword) and node.arg in POSIX_ARGUMENTS:
        yield node.arg
    elif isinstance(node, ast.Constant) and str(node.value).startswith(POSIX_PLACES):
        yield next(place for place in POSIX_PLACES if str(node.value).startswith(place))
    for child in ast.iter_child_nodes(node):
        yield from _posix(child)


def _marks(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.FunctionDef):
        yield from node.decorator_list
    elif isinstance(node, ast.Module):
        for statement in node.body:
            if isinstance(statement, ast.Assign) and "pytestmark" in ast.unparse(statement):
                yield statement.value


def _portable() -> list[Path]:
    """The packages, and the tests without the browser's, which run on Linux alone."""
    tests = [file for part in ("core", "ui") for file in (ROOT / "tests" / part).rglob("*.py")]
    packages = [
        file
        for part in ("facemask_core", "facemask_ui", "pages")
        for file in (ROOT / part).rglob("*.py")
    ]
    alone = [ROOT / name for name in ("app.py", "benchmarks/served.py", "tools/audit.py")]
    return sorted([*packages, *tests, *alone, *(ROOT / "tests/deploy").glob("test_*.py")])


def test_what_not_every_system_has_is_used_where_the_system_is_asked() -> None:
    used = {}
    for file in _portable():
        name = file.relative_to(ROOT).as_posix()
        found = {*_posix(ast.parse(file.read_text(encoding="utf-8")))}
        if found - BRANCHES.get(name, set()):
            used[name] = found
    assert not used, "ask facemask_core/system.py, or mark the test with tests/core/needs.py"


def test_the_system_is_asked_for_in_one_place() -> None:
    """Where tests can change the answer."""
    for package in FORBIDDEN:
        for file in (ROOT / package).rglob("*.py"):
            text = file.read_text(encoding="utf-8")
            if "sys.platform" in text or "os.name" in text or "platform.system" in text:
                assert file.name == "system.py", file


def test_text_has_the_same_encoding_on_every_system() -> None:
    """Python goes by the system's, which on Windows is none that holds every letter."""
    for file in _portable():
        if file.is_relative_to(ROOT / "tests"):
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                given = {argument.arg for argument in node.keywords}
                if node.func.attr in {"read_text", "write_text"}:
                    assert "encoding" in given, f"{file}:{node.lineno}"
                if node.func.attr == "write_text":
                    assert "newline" in given, f"{file}:{node.lineno}"
