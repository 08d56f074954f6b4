"""A lab from which no other machine can be reached, and which may not even try."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.served import Server, running

_HOOK = Path(__file__).with_name("offline")


@contextmanager
def offline_server(**more: str) -> Iterator[Server]:
    """Starts the lab on a free port; stops it and its worker, and looks for attempts, afterwards.

    Args:
        **more: Further variables of its environment.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        record = Path(folder) / "attempts.txt"
        record.touch()
        hook = {"PYTHONPATH": str(_HOOK), "OFFLINE_RECORD": str(record)}
        with running(Path(folder) / "home", **hook, **more) as lab:
            yield lab
        attempts = record.read_text(encoding="utf-8")
        assert not attempts, f"The lab tried to reach another machine:\n{attempts}"
