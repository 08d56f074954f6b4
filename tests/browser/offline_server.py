"""A lab from which no other machine can be reached, and which may not even try."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.served import Server, running


@contextmanager
def offline_server(entry: Sequence[str] = ("-m", "streamlit"), **more: str) -> Iterator[Server]:
    """Starts the lab on a free port, and stops it and its worker afterwards.

    It is as far from the network as every server of the tests: ``tests/conftest.py`` sees to that.

    Args:
        entry: What Python is told to run, instead of Streamlit as it is.
        **more: Further variables of its environment.
    """
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        running(Path(folder) / "home", entry, **more) as lab,
    ):
        yield lab
