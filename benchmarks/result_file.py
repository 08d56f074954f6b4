"""The result file of a benchmark that goes on where it was interrupted."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from facemask_core.models.checkpoints import write_atomically


class ResultFile:
    """The file of a benchmark's figures: each is measured once for each question."""

    def __init__(self, path: Path) -> None:
        """Reads what is there.

        Args:
            path: The file; it need not exist.
        """
        self._path = path
        self.values: dict[str, Any] = (
            json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        )

    def once(self, name: str, asked: dict[str, Any], measure: Callable[[], dict[str, Any]]) -> None:
        """Measures and keeps a figure, unless this very question was answered before.

        Args:
            name: What the answer is called.
            asked: What it depends on.
            measure: Finds it.
        """
        if self.values.get(name, {}).get("asked") == asked:
            return
        load = os.getloadavg()[0]
        found = measure()
        about = {"asked": asked, "load_before": round(load, 1), "cores": os.cpu_count()}
        self.values[name] = found | about
        write_atomically(self._path, json.dumps(self.values, indent=1).encode())
        print(f"{name}: {json.dumps(found)}", file=sys.stderr)
