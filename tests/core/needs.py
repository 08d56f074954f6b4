"""What a test needs that not every system has; on Linux none of these marks skips anything."""

from __future__ import annotations

import os
import sys

import pytest

_WINDOWS = os.name == "nt"

links = pytest.mark.skipif(_WINDOWS, reason="Windows lets administrators alone make links")
pipes = pytest.mark.skipif(_WINDOWS, reason="Windows has no named pipes among its files")
read_only_folders = pytest.mark.skipif(_WINDOWS, reason="Windows lets owners write every folder")
kills = pytest.mark.skipif(_WINDOWS, reason="Windows has no signals")
forks = pytest.mark.skipif(_WINDOWS, reason="Windows cannot fork a process")
peak_memory = pytest.mark.skipif(_WINDOWS, reason="Windows' Python does not tell a process's peak")
removal_of_open_files = pytest.mark.skipif(_WINDOWS, reason="Windows removes no open file")
any_file_name = pytest.mark.skipif(
    sys.platform in {"win32", "darwin"}, reason="file names are Unicode on Windows and macOS"
)
