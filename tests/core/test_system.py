"""Windows and macOS are simulated: by the system's name, and by how Windows treats open files."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import needs
import pytest
import queued
from command_line import ROOT

from facemask_core import runs, system
from facemask_core.data import mendeley, zips
from facemask_core.errors import DatasetError, QueueError, RunInUseError
from facemask_core.jobs import Queue, Supervisor, database, supervisor, workers
from facemask_core.storage import locks, place, sqlite_file

linux_alone = pytest.mark.skipif(
    not Path("/proc/self/fd").is_dir(), reason="only Linux lists a process's open files"
)


def _sharing_violation(path: Path) -> PermissionError:
    error = PermissionError(13, "The process cannot access the file", str(path))
    error.winerror = 32  # type: ignore[attr-defined]
    return error


def _is_open(path: Path) -> bool:
    files = set()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            files.add(str(entry.readlink()))
        except OSError:  # the folder that was listed, which is closed again
            continue
    return str(path.resolve()) in files


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Renames, replaces and removes no file that this process has open."""

    def refusing(change: Callable[..., Any]) -> Callable[..., Any]:
        def checked(path: Path, *more: Any, **named: Any) -> Any:
            if _is_open(path) or any(isinstance(it, Path) and _is_open(it) for it in more):
                raise _sharing_violation(path)
            return change(path, *more, **named)

        return checked

    for name in ("rename", "replace", "unlink"):
        monkeypatch.setattr(Path, name, refusing(getattr(Path, name)))
    monkeypatch.setattr(system, "NAME", "win32")


@pytest.fixture
def queue(tmp_path: Path) -> Queue:
    return Queue(tmp_path / "home")


# Which backend, and how a process is let go


def test_macos_alone_computes_on_jax(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = {}
    for name in ("linux", "darwin", "win32"):
        monkeypatch.setattr(system, "NAME", name)
        chosen[name] = system.default_backend()
    assert chosen == {"linux": "tensorflow", "darwin": "jax", "win32": "tensorflow"}


@pytest.mark.parametrize("name", ["linux", "darwin", "win32"])
def test_a_worker_is_let_go_as_the_system_does_it(
    queue: Queue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    started: list[dict[str, Any]] = []

    def start(_: object, **options: Any) -> subprocess.Popen[bytes]:
        started.append(options)
        raise OSError("no process is needed")

    monkeypatch.setattr(system, "NAME", name)
    monkeypatch.setattr(supervisor.subprocess, "Popen", start)
    queue.add("a", [queued.order(tmp_path)])
    with pytest.raises(OSError, match="no process"):
        Supervisor(queue).look()
    (options,) = started
    if name == "win32":
        assert options["creationflags"] == 0x08000200, "a group and a console of its own, no window"
        assert "start_new_session" not in options
    else:
        assert options["start_new_session"]
        assert "creationflags" not in options


# Files that are open


@linux_alone
@pytest.mark.usefixtures("windows")
def test_a_damaged_store_is_closed_before_it_is_set_aside(tmp_path: Path) -> None:
    runs.Store(tmp_path).close()
    (tmp_path / place.FILE).write_bytes(b"no database at all" * 100)
    with runs.Store(tmp_path) as store:
        assert len(store.notes) == 1
        assert store.runs() == []
    assert len(list(tmp_path.glob("*.damaged-*"))) == 1


@linux_alone
@pytest.mark.usefixtures("windows")
def test_a_damaged_store_that_another_program_has_open_is_one_sentence(tmp_path: Path) -> None:
    runs.Store(tmp_path).close()
    path = tmp_path / place.FILE
    path.write_bytes(b"no database at all" * 100)
    with path.open("rb"), pytest.raises(RunInUseError, match="another process is using it"):
        runs.Store(tmp_path)
    assert not list(tmp_path.glob("*.damaged-*"))


@linux_alone
@pytest.mark.usefixtures("windows")
def test_a_damaged_queue_is_closed_before_it_is_set_aside(queue: Queue, tmp_path: Path) -> None:
    queue.add("a", [queued.order(tmp_path)])
    path = queue.home / database.FILE
    path.write_bytes(b"no database at all" * 100)
    with path.open("rb"), pytest.raises(QueueError, match="is damaged and in use"):
        queue.jobs()
    assert queue.jobs() == []
    assert len(list(queue.home.glob("*.damaged-*"))) == 1


@linux_alone
@pytest.mark.usefixtures("windows")
def test_no_part_of_a_database_is_set_aside_alone(tmp_path: Path) -> None:
    parts = [tmp_path / f"runs.sqlite3{part}" for part in ("", "-wal")]
    for part in parts:
        part.write_bytes(b"pages")
    with parts[1].open("rb"), pytest.raises(RunInUseError, match="open in another program"):
        sqlite_file._set_aside(parts[0])
    assert sorted(tmp_path.iterdir()) == parts


@linux_alone
@pytest.mark.usefixtures("windows")
def test_a_worker_ends_well_while_another_looks_whether_it_lives(tmp_path: Path) -> None:
    with workers.register(tmp_path) as name:
        assert workers.is_alive(tmp_path, name)
        lock = tmp_path / "locks" / f"worker-{name}.lock"
        looking = lock.open("rb")
    with looking:
        assert lock.exists()
        assert not workers.is_alive(tmp_path, name)
    assert not workers.is_alive(tmp_path, name)
    assert not lock.exists()


@linux_alone
@pytest.mark.usefixtures("windows")
def test_a_lock_that_stays_is_taken_again(tmp_path: Path) -> None:
    question = runs.Question.of({"files": 1, "threat_model": None})
    with runs.Store(tmp_path) as store:
        for _ in range(2):
            store.delete(question)
            assert (tmp_path / "locks" / f"{question.sha256}.lock").exists()


def test_what_is_refused_for_another_reason_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(PermissionError):
        system.remove_unless_open(tmp_path / "file")


@linux_alone
def test_a_closed_database_is_closed_for_the_system_too(tmp_path: Path) -> None:
    """Python keeps statements; one left over would keep the file open, and its name."""
    path = tmp_path / "a.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE a (b)")
        assert connection.execute("SELECT * FROM a").fetchone() is None
    with locks.held(tmp_path / "a.lock"):
        assert _is_open(tmp_path / "a.lock")
    assert not _is_open(path)
    assert not _is_open(tmp_path / "a.lock")


# Names of files


@pytest.mark.parametrize(
    "name",
    ["a?.png", "a.png:b", "con.png", "NUL", "com1 .jpg", "a.", "a /b.png", "a\nb", "x/aux"],
)
@needs.any_file_name
def test_windows_unpacks_no_name_that_it_would_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    packed = tmp_path / "set.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("with_mask/0.png", b"first")
        archive.writestr(f"with_mask/{name}", b"picture")
    zips.unpack(packed, tmp_path / "linux", mendeley.LIMITS)
    monkeypatch.setattr(system, "NAME", "win32")
    with pytest.raises(DatasetError, match="Windows cannot give a file"):
        zips.unpack(packed, tmp_path / "windows", mendeley.LIMITS)
    assert not (tmp_path / "windows").exists()


@pytest.mark.parametrize("name", ["with_mask/0001.png", "./a b/ünï.jpg", "console.png", ".a/b.c.d"])
def test_usual_names_are_no_matter_on_windows(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(system, "NAME", "win32")
    assert system.can_name(name)


# What a console can show


def test_a_console_that_knows_few_letters_is_told_all_the_same() -> None:
    """Windows writes what is not for a console in its own code page, which lacks Greek."""
    more = {"PYTHONUTF8": "0", "PYTHONIOENCODING": "cp1252"}
    code = (
        "from facemask_core import cli\n"
        "from facemask_core.cli.terminal import print_line, print_note, print_table\n"
        "from rich.table import Table\n"
        "def app():\n"
        "    print_line('\u03b5 is 8/255')\n"
        "    print_note('\u03b5')\n"
        "    print_table(Table('\u03b5'), [['\u03b5']])\n"
        "cli.app = app\n"
        "cli.main()\n"
    )
    command = [sys.executable, "-c", code]
    answer = subprocess.run(
        command, cwd=ROOT, env=os.environ | more, check=True, capture_output=True
    )
    assert answer.stdout.startswith(rb"\u03b5 is 8/255")
    assert answer.stderr.startswith(rb"\u03b5")


# Memory of models that were let go


@linux_alone
@pytest.mark.slow
def test_a_model_that_is_let_go_leaves_little_memory_behind() -> None:
    """TensorFlow's own pool for processors would keep all of it."""
    code = (
        "import gc\n"
        "from pathlib import Path\n"
        "from facemask_core import system\n"
        "system.return_freed_memory()\n"
        "import keras, numpy\n"
        "def held():\n"
        "    gc.collect()\n"
        "    system.trim_memory()\n"
        "    lines = Path('/proc/self/status').read_text().splitlines()\n"
        "    return next(int(it.split()[1]) for it in lines if it.startswith('RssAnon')) // 1024\n"
        "keras.Variable(numpy.ones(1000))\n"
        "before = held()\n"
        "weights = [keras.Variable(numpy.ones((1000, 1000), 'float32')) for _ in range(50)]\n"
        "print(held() - before)\n"
        "del weights\n"
        "print(held() - before)\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | {"KERAS_BACKEND": "tensorflow"},
        check=True,
        capture_output=True,
        text=True,
    )
    kept, left = map(int, answer.stdout.split())
    assert kept > 150
    assert left < 40
