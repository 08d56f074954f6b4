"""A damaged store is renamed with every byte, and never gives a wrong figure."""

from __future__ import annotations

import itertools
import shutil
import time
from pathlib import Path

import pytest
import stored_runs
from hypothesis import example, given, settings
from hypothesis import strategies as st

from facemask_core import Classifier, runs
from facemask_core.data.datasets import Dataset
from facemask_core.errors import DamagedStoreError, RunInUseError, RunStoreError
from facemask_core.runs import records
from facemask_core.storage import place, sqlite_file


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[records.Image]]:
    """A folder with a complete run, and its rows; for reading and copying only."""
    root = tmp_path_factory.mktemp("sound")
    dataset = stored_runs.write_pictures(root / "data", 40, broken=(3,))
    with runs.Store(root / "home") as store:
        stored_runs.evaluate_noise(stored_runs.judge(), dataset, store)
    return root / "home", stored_runs.stored(root / "home")


@pytest.fixture(scope="module")
def copies() -> itertools.count[int]:
    return itertools.count()


@settings(max_examples=150)
@given(where=st.floats(0, 1, exclude_max=True), change=st.integers(1, 255))
@example(where=0.0, change=1)
@example(where=0.19140625, change=1)  # the tables' own text, in which a run's key is lost
def test_no_changed_byte_ever_changes_a_row(
    sound: tuple[Path, list[records.Image]],
    copies: itertools.count[int],
    tmp_path_factory: pytest.TempPathFactory,
    where: float,
    change: int,
) -> None:
    folder, expected = sound
    home = tmp_path_factory.getbasetemp() / f"copy {next(copies)}"
    shutil.copytree(folder, home)
    content = bytearray((home / place.FILE).read_bytes())
    content[int(where * len(content))] ^= change
    (home / place.FILE).write_bytes(content)
    try:
        found = stored_runs.stored(home)
    except RunStoreError:
        found = []  # such as: made by a newer version
    assert found in (expected, [])
    aside = list(home.glob("*.damaged-*"))
    if aside:
        assert aside[0].read_bytes() == content
    shutil.rmtree(home)


@pytest.mark.parametrize("size", [0, 100, 4096, 5000, 8192])
def test_a_truncated_store_is_renamed(
    sound: tuple[Path, list[records.Image]], home: Path, size: int
) -> None:
    shutil.copytree(sound[0], home)
    content = (home / place.FILE).read_bytes()[:size]
    (home / place.FILE).write_bytes(content)
    with runs.Store(home) as store:
        assert store.runs() == []
        assert len(store.notes) == bool(size), "an empty file has nothing to keep"
    aside = list(home.glob("*.damaged-*"))
    assert [file.read_bytes() for file in aside] == ([content] if size else [])
    assert runs.Store(home).notes == []


def test_an_emptied_store_keeps_its_newest_pages(
    judge: Classifier, dataset: Dataset, home: Path
) -> None:
    """SQLite would take the file for a new one and delete what lies beside it."""
    with runs.Store(home) as store:
        stored_runs.evaluate_noise(judge, dataset, store)
        pages = home / f"{place.FILE}-wal"
        content = pages.read_bytes()
        assert content
    (home / place.FILE).write_bytes(b"")
    pages.write_bytes(content)
    with runs.Store(home) as store:
        assert store.runs() == []
    (aside,) = home.glob("*.damaged-*-wal")
    assert aside.read_bytes() == content


def test_a_run_begins_anew_where_its_rows_were_damaged(
    judge: Classifier, dataset: Dataset, home: Path
) -> None:
    with runs.Store(home) as store:
        first = stored_runs.evaluate_noise(judge, dataset, store)
        store._connection.execute("UPDATE images SET linf = 0.25 WHERE position = 40")
    with runs.Store(home) as store:
        counts: list[tuple[int, int]] = []
        report = stored_runs.evaluate_noise(
            judge, dataset, store, recalled=lambda *count: counts.append(count)
        )
        assert counts == []
        assert len(store.notes) == 1
        assert str(next(home.glob("*.damaged-*"))) in store.notes[0]
    assert report.as_dict()["adversarial"] == first.as_dict()["adversarial"]


def test_a_name_that_is_taken_is_not_overwritten(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "strftime", lambda _: "now")
    home.mkdir()
    for content in (b"first" * 99, b"second" * 99, b"third" * 99):
        (home / place.FILE).write_bytes(content)
        runs.Store(home).close()
    kept = {file.name.removeprefix(place.FILE): file.read_bytes() for file in home.glob("*.dam*")}
    assert kept == {
        ".damaged-now": b"first" * 99,
        ".damaged-now-2": b"second" * 99,
        ".damaged-now-3": b"third" * 99,
    }


def test_a_damaged_store_is_not_renamed_under_anothers_hands(
    judge: Classifier,
    dataset: Dataset,
    home: Path,
    store: runs.Store,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sqlite_file, "_PATIENCE", 0.1)
    stored_runs.evaluate_noise(judge, dataset, store)
    store._connection.execute("UPDATE images SET label = 1 - label")
    with runs.Store(home) as second, pytest.raises(RunInUseError, match="is using it"):
        stored_runs.evaluate_noise(judge, dataset, second)
    assert not list(home.glob("*.damaged-*"))


def test_a_store_that_proves_sound_is_not_renamed(
    judge: Classifier, dataset: Dataset, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever made it look damaged, it is read once more when nobody else has it."""
    check, complaints = runs.Run._refuse_surplus, [DamagedStoreError("It looks damaged.")]

    def complain(run: runs.Run) -> None:
        check(run)
        if complaints:
            raise complaints.pop()

    with runs.Store(home) as store:
        first = stored_runs.evaluate_noise(judge, dataset, store)
        monkeypatch.setattr(runs.Run, "_refuse_surplus", complain)
        assert stored_runs.evaluate_noise(judge, dataset, store).as_dict() == first.as_dict()
        assert (complaints, store.notes, list(home.glob("*.damaged-*"))) == ([], [], [])
