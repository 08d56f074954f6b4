"""The most memory that this process has held."""

from __future__ import annotations

import sys


def kibibytes() -> int:
    import resource  # Windows has none

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // 1024 if sys.platform == "darwin" else peak  # macOS counts bytes
