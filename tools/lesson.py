"""``python -m tools.lesson``: measures what the lesson cannot measure while a reader waits.

These are the answers of every model to the portraits that were attacked against the lesson's model,
of which chapter 6 picks its face; and the answers for the lesson in one file, because a browser has
neither the large models nor the defence by JPEG. All belong to the weights, so this command follows
every change of them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from facemask_ui.choices import models
from facemask_ui.lesson import transfer_faces
from facemask_ui.lesson_file import stored


def write(path: Path, content: dict[str, Any]) -> None:
    """Writes a result file."""
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    print(path)  # noqa: T201


if __name__ == "__main__":
    names = models.shipped()
    write(transfer_faces.PATH, transfer_faces.write_trials(names))
    transfer_faces.read_trials.cache_clear()
    write(stored.PATH, stored.compute_answers(names))
