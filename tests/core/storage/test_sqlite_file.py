"""How a database that several processes use is opened."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from facemask_core.storage import sqlite_file


def test_it_waits_where_another_process_changes_a_new_file(tmp_path: Path) -> None:
    path = tmp_path / "new.sqlite3"
    # Without patience of its own it is refused at once, as SQLite does to two that change at once.
    with (
        closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other,
        closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as connection,
    ):
        other.execute("BEGIN EXCLUSIVE")
        end = threading.Timer(0.2, other.execute, ["ROLLBACK"])
        end.start()
        sqlite_file.keep_pages_beside(connection)
        end.join()
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_it_gives_up_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_file, "BUSY_SECONDS", 0.05)
    path = tmp_path / "new.sqlite3"
    with (
        closing(sqlite3.connect(path, isolation_level=None)) as other,
        closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as connection,
    ):
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            sqlite_file.keep_pages_beside(connection)
