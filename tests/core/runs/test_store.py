"""Stored rows are not computed again, and no two processes compute the same run."""

from __future__ import annotations

import os
import re
import sqlite3
import stat
import threading
import tracemalloc
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import needs
import numpy as np
import platformdirs
import pytest
import stored_runs
from privileges import unprivileged

from facemask_core import Classifier, runs
from facemask_core.data.datasets import Dataset
from facemask_core.errors import DatasetError, RunInUseError, RunStoreError
from facemask_core.evaluation.report import Evaluation
from facemask_core.runs import schema
from facemask_core.storage import locks, place


class CutError(Exception):
    """Stands for whatever ends a run early."""


def _cut_after(done: int) -> object:
    def progress(now: int, _: int) -> None:
        if now >= done:
            raise CutError

    return progress


def _assert_same(found: Evaluation, expected: Evaluation) -> None:
    ours, theirs = (
        {key: value for key, value in part.as_dict().items() if key not in {"seconds", "speed"}}
        for part in (found, expected)
    )
    assert ours == theirs
    assert found.paths == expected.paths
    np.testing.assert_array_equal(found.clean.logits, expected.clean.logits)
    assert found.adversarial is not None
    assert expected.adversarial is not None
    np.testing.assert_array_equal(found.adversarial.logits, expected.adversarial.logits)
    np.testing.assert_array_equal(found.l2, expected.l2)


@pytest.fixture
def log(judge: Classifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with the name of every picture that the model has classified."""
    monkeypatch.setattr(judge, "predict", judge.predict)  # puts it back in the end
    stored_runs.Witness(judge, tmp_path / "log.txt")
    return tmp_path / "log.txt"


def test_the_store_changes_no_figure(
    judge: Classifier, dataset: Dataset, store: runs.Store
) -> None:
    expected = stored_runs.evaluate_noise(judge, dataset, None)
    _assert_same(stored_runs.evaluate_noise(judge, dataset, store), expected)
    _assert_same(stored_runs.evaluate_noise(judge, dataset, store), expected)


def test_the_same_question_is_not_computed_again(
    judge: Classifier, dataset: Dataset, store: runs.Store, log: Path
) -> None:
    first = stored_runs.evaluate_noise(judge, dataset, store)
    log.unlink()
    counts: list[tuple[int, int]] = []
    again = stored_runs.evaluate_noise(
        judge, dataset, store, recalled=lambda *count: counts.append(count)
    )
    assert not log.exists()
    assert counts == [(70, 70)]
    assert again.as_dict() == first.as_dict()


def test_without_a_store_everything_is_computed(
    judge: Classifier, dataset: Dataset, store: runs.Store, log: Path
) -> None:
    """Benchmarks and published figures are measured, whatever the user's store holds."""
    stored_runs.evaluate_noise(judge, dataset, store)
    log.unlink()
    stored_runs.evaluate_noise(judge, dataset, None)
    assert len(log.read_text().split()) == 2 * 67


@pytest.mark.parametrize("done", [32, 64, 70])
def test_a_run_cut_off_goes_on_where_it_was(
    judge: Classifier, dataset: Dataset, store: runs.Store, log: Path, done: int
) -> None:
    expected = stored_runs.evaluate_noise(judge, dataset, None)
    log.unlink()
    with pytest.raises(CutError):
        stored_runs.evaluate_noise(judge, dataset, store, progress=_cut_after(done))
    (entry,) = store.runs()
    assert entry.done == done
    assert re.fullmatch(r"[\d-]+T[\d:]+\+00:00", entry.started), "to the second, in UTC"
    counts: list[tuple[int, int]] = []
    found = stored_runs.evaluate_noise(
        judge, dataset, store, recalled=lambda *count: counts.append(count)
    )
    assert counts == [(done, 70)]
    _assert_same(found, expected)
    names = log.read_text().split()
    assert len(names) == len(set(names)) == 2 * 67, "each picture once, and once with noise"


def test_a_dataset_of_rubbish_is_refused_from_the_store_too(
    judge: Classifier, store: runs.Store, tmp_path: Path
) -> None:
    rubbish = stored_runs.write_pictures(tmp_path / "data", 40, broken=range(40))
    for _ in range(2):
        with pytest.raises(DatasetError, match="None of the 40 files"):
            stored_runs.evaluate_noise(judge, rubbish, store)
    assert [entry.state for entry in store.runs()] == [runs.State.COMPLETE]


def test_a_file_exchanged_meanwhile_leaves_no_row(
    judge: Classifier, dataset: Dataset, store: runs.Store
) -> None:
    last = Path(dataset.source.name) / dataset.samples[-2].path

    def exchange(*_: int) -> None:
        last.write_bytes(last.read_bytes() + b"more")

    with pytest.raises(DatasetError, match="changed while"):
        stored_runs.evaluate_noise(judge, dataset, store, progress=exchange)
    assert all(row.path != dataset.samples[-2].path for row in stored_runs.rows(store))


def test_nobody_computes_what_another_thread_is_computing(
    judge: Classifier, dataset: Dataset, home: Path, store: runs.Store
) -> None:
    ends: list[str] = []

    def compete(*_: int) -> None:
        def other() -> None:
            with runs.Store(home) as second, pytest.raises(RunInUseError, match="another process"):
                stored_runs.evaluate_noise(judge, dataset, second)
            ends.append("refused")

        if not ends:
            assert [entry.state for entry in store.runs()] == [runs.State.RUNNING]
            thread = threading.Thread(target=other)
            thread.start()
            thread.join()

    stored_runs.evaluate_noise(judge, dataset, store, progress=compete)
    assert ends == ["refused"]
    assert [entry.state for entry in store.runs()] == [runs.State.COMPLETE]
    assert {file.name for file in (home / "locks").iterdir()} == {"store.lock"}


def test_a_run_that_is_computed_cannot_be_deleted(
    judge: Classifier, dataset: Dataset, store: runs.Store, home: Path
) -> None:
    def delete(*_: int) -> None:
        with runs.Store(home) as second, pytest.raises(RunInUseError):
            second.delete(second.runs()[0].question)

    stored_runs.evaluate_noise(judge, dataset, store, progress=delete)
    store.delete(store.runs()[0].question)
    assert store.runs() == []
    assert store._connection.execute("SELECT count(*) FROM images").fetchone() == (0,)


# Others, meanwhile


def _question(files: int, name: str = "") -> runs.Question:
    return runs.Question.of({"files": files, "name": name, "threat_model": None})


def _append(store: runs.Store, question: runs.Question) -> None:
    with store.claim(question) as run:
        stored_runs.append_nothing(run)


@pytest.mark.parametrize(("act", "done"), [(_append, 2), (runs.Store.delete, 0)])
def test_what_another_does_to_a_run_that_is_being_verified_is_no_damage(
    store: runs.Store,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    act: Callable[[runs.Store, runs.Question], None],
    done: int,
) -> None:
    question, check, acts = _question(2), runs.Run._refuse_surplus, [act]
    _append(store, question)

    def late(run: runs.Run) -> None:
        if acts:
            with runs.Store(home) as other:
                acts.pop()(other, question)
        check(run)

    monkeypatch.setattr(runs.Run, "_refuse_surplus", late)
    with store.claim(question) as run:
        assert run.done == done
    assert [entry.done for entry in store.runs()] == [done] * bool(done)
    assert (store.notes, list(home.glob("*.damaged-*"))) == ([], [])


def test_the_answers_of_a_run_that_another_deleted_are_not_another_s(
    store: runs.Store, home: Path
) -> None:
    question = _question(1)
    _append(store, question)
    run = store.read(question)
    assert len(list(run.rows())) == 1
    with runs.Store(home) as other:
        other.delete(question)
        _append(other, _question(1, "takes its number"))
    with pytest.raises(RunStoreError, match=r"deleted meanwhile.*ask for the same again\.$"):
        list(run.rows())
    with pytest.raises(RunStoreError, match="deleted meanwhile"):
        list(store.read(question).rows())


@needs.removal_of_open_files
def test_a_lock_is_removed_by_who_holds_it(
    store: runs.Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or whoever has waited for it would hold another than those who come later."""
    removed, remove = [], Path.unlink

    def unlink(path: Path, missing_ok: bool = False) -> None:
        with pytest.raises(RunInUseError), locks.held(path):
            pass
        removed.append(path.stem)
        remove(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", unlink)
    question = _question(1)
    _append(store, question)
    store.delete(question)
    assert removed == [question.sha256] * 2


def test_a_run_is_found_by_how_its_name_begins(store: runs.Store) -> None:
    for number in range(20):
        with store.claim(
            runs.Question.of({"files": 1, "number": number, "threat_model": None})
        ) as run:
            stored_runs.append_nothing(run)
    newest = store.runs()[0].question
    assert newest.values["number"] == 19
    assert store.find(newest.sha256[:10].upper()).question == newest
    with pytest.raises(RunStoreError, match="20 runs"):
        store.find("")
    with pytest.raises(RunStoreError, match="no run"):
        store.find("x")


@pytest.mark.slow
def test_memory_does_not_grow_with_the_dataset(
    judge: Classifier, store: runs.Store, tmp_path: Path
) -> None:
    peaks = []
    for count in (128, 1024):
        many = stored_runs.write_pictures(tmp_path / str(count), count)
        # The first time compiles and fills caches; whatever else allocates does so now and then.
        peaks.append(min([_peak(judge, many, store) for _ in range(3)][1:]))
    assert peaks[1] - peaks[0] < 900 * 1500, "a picture of these has 3072 bytes as floats"


def _peak(judge: Classifier, dataset: Dataset, store: runs.Store) -> int:
    """Bytes that Python held at most while a run was computed."""
    tracemalloc.start()
    stored_runs.evaluate_noise(judge, dataset, store)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    store.delete(store.runs()[0].question)
    return peak


# Where it lies


def test_the_environment_says_where_the_store_lies(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(place.VARIABLE, str(tmp_path / "deep" / "home"))
    with runs.Store() as store:
        assert store.path == tmp_path / "deep" / "home" / place.FILE
        assert store.path.exists()


def test_by_default_it_lies_in_the_users_data_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(place.VARIABLE, "")
    assert place.default_folder() == platformdirs.user_data_path("facemask-lab", appauthor=False)


# Versions


def test_rows_survive_a_migration(
    judge: Classifier, dataset: Dataset, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with runs.Store(home) as store:
        stored_runs.evaluate_noise(judge, dataset, store)
        before = stored_runs.rows(store)
    newer = (*schema.MIGRATIONS, ("ALTER TABLE runs ADD COLUMN note TEXT",))
    monkeypatch.setattr(schema, "MIGRATIONS", newer)
    with runs.Store(home) as store:
        assert stored_runs.rows(store) == before
        assert store._connection.execute("SELECT note FROM runs").fetchone() == (None,)
        assert store._connection.execute("PRAGMA user_version").fetchone() == (len(newer),)


def test_a_migration_that_fails_changes_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs.Store(home).close()
    half = ("CREATE TABLE half (a)", "INSERT INTO nowhere VALUES (1)")
    with monkeypatch.context() as patched:
        patched.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, half))
        with pytest.raises(RunStoreError, match="cannot be brought to schema"):
            runs.Store(home)
    with runs.Store(home) as store:
        tables = store._connection.execute("SELECT name FROM sqlite_master").fetchall()
    assert ("half",) not in tables


def test_a_newer_store_is_left_alone(home: Path) -> None:
    runs.Store(home).close()
    path = home / place.FILE
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 9")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(RunStoreError, match=r"newer version .*schema 9"):
        runs.Store(home)
    assert path.read_bytes() == before


@pytest.mark.parametrize("moment", ["PRAGMA application_id", "SELECT count(*) FROM sqlite_master"])
def test_a_store_that_another_process_is_making_is_a_new_one(home: Path, moment: str) -> None:
    path = home / place.FILE

    class Slow(sqlite3.Connection):
        """Asks slowly enough for another to make all tables meanwhile."""

        def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
            if statement == moment:
                schema.connect(path).close()
            return super().execute(statement, *values)

    home.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None, factory=Slow)) as slow:
        slow.execute("PRAGMA journal_mode = WAL")  # as the other has done by then
        assert schema._version(slow, path) == 0
    with runs.Store(home) as store:
        assert store.runs() == []


def test_another_programs_database_is_left_alone(home: Path) -> None:
    home.mkdir()
    connection = sqlite3.connect(home / place.FILE)
    connection.execute("CREATE TABLE songs (title)")
    connection.close()
    before = (home / place.FILE).read_bytes()
    with pytest.raises(RunStoreError, match="is no run store"):
        runs.Store(home)
    assert (home / place.FILE).read_bytes() == before


# Where it cannot be written


@needs.read_only_folders
@pytest.mark.parametrize("begun", [False, True])
def test_a_read_only_folder_is_told(tmp_path: Path, begun: bool) -> None:
    for folder in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        folder.chmod(0o755)
    home = tmp_path / "home"
    if begun:
        runs.Store(home).close()
        (home / "locks" / "store.lock").chmod(0o444)
    else:
        home.mkdir()
    home.chmod(0o555)
    with unprivileged(), pytest.raises(RunStoreError, match=r"cannot be written: .*\.$"):
        runs.Store(home)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights")
def test_nobody_else_reads_the_store_whatever_the_usual_rights_are(tmp_path: Path) -> None:
    """Its rows name the files of visitors' zips."""
    home = tmp_path / "lab" / "home"
    before = os.umask(0o022)
    try:
        store = runs.Store(home)
        beside = [home / f"{place.FILE}{end}" for end in ("", "-wal", "-shm")]
        modes = [stat.S_IMODE(it.stat().st_mode) for it in (home, home / "locks", *beside)]
        store.close()
    finally:
        os.umask(before)
    assert modes == [0o700, 0o700, 0o600, 0o600, 0o600]
    (tmp_path / "shared").mkdir(mode=0o755)
    runs.Store(tmp_path / "shared").close()
    assert stat.S_IMODE((tmp_path / "shared").stat().st_mode) == 0o755, "it is not the lab's own"


def test_a_file_in_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(RunStoreError, match="cannot be written"):
        runs.Store(tmp_path / "home")


def test_a_full_disk_is_told_and_keeps_what_was_stored(
    judge: Classifier, dataset: Dataset, store: runs.Store
) -> None:
    def fill(*_: int) -> None:
        (pages,) = store._connection.execute("PRAGMA page_count").fetchone()
        store._connection.execute(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(RunStoreError, match="disk is full"):
        stored_runs.evaluate_noise(judge, dataset, store, progress=fill)
    kept = stored_runs.rows(store)
    assert len(kept) == 32
    store._connection.execute("PRAGMA max_page_count = 1000000")
    _assert_same(
        stored_runs.evaluate_noise(judge, dataset, store),
        stored_runs.evaluate_noise(judge, dataset, None),
    )
    assert stored_runs.rows(store)[: len(kept)] == kept


def test_a_run_is_found_by_its_whole_name_alone(
    store: runs.Store, judge: Classifier, dataset: Dataset
) -> None:
    stored_runs.evaluate_noise(judge, dataset, store)
    (run,) = store.runs()
    name = run.question.sha256
    assert store.get(name) == run
    assert store.get(name[:-1]) is None
    assert store.get("") is None
