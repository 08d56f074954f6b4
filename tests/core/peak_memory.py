"""The most memory that this process has held, and the processes that it waited for."""

from __future__ import annotations

import re
import sys
from pathlib import Path


def kibibytes() -> int:
    """The peak of this process.

    On Linux the figure of ``getrusage`` begins with the peak of the parent process; the figure in
    /proc begins anew with the program.
    """
    status = Path("/proc/self/status")
    if status.exists():
        peak = re.search(r"VmHWM:\s*(\d+)", status.read_text())
        assert peak is not None
        return int(peak[1])
    import resource  # Windows has none

    return _in_kibibytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def kibibytes_of_children() -> int:
    """The peak of the largest process that this one started and waited for."""
    import resource

    return _in_kibibytes(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)


def _in_kibibytes(peak: int) -> int:
    return peak // 1024 if sys.platform == "darwin" else peak  # macOS counts bytes
