"""The processor time of the programs that this one has started, and of theirs."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path


class Meter:
    """Reads the processor time of all descendants of this process from ``/proc``, on Linux."""

    def __init__(self) -> None:
        """Asks the system how long its ticks are."""
        self._tick = 1 / os.sysconf("SC_CLK_TCK")

    def read(self) -> float:
        """Seconds of a processor that the living descendants have used so far."""
        children: dict[int, list[int]] = defaultdict(list)
        used: dict[int, int] = {}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                text = (entry / "stat").read_text(encoding="ascii", errors="replace")
            except OSError:  # it has ended meanwhile
                continue
            fields = text.rpartition(")")[2].split()
            children[int(fields[1])].append(int(entry.name))
            used[int(entry.name)] = int(fields[11]) + int(fields[12])
        total, waiting = 0, list(children[os.getpid()])
        while waiting:
            process = waiting.pop()
            total += used[process]
            waiting += children[process]
        return total * self._tick
