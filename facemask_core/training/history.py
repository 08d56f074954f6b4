"""The history of a training run: a table a spreadsheet opens, and TensorBoard's curves."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from facemask_core.errors import TrainingError
from facemask_core.models import checkpoints

HISTORY_FILE = "history.csv"


def write_history(folder: Path, history: list[dict[str, Any]]) -> None:
    """Writes one line an epoch, atomically.

    Args:
        folder: The checkpoint's folder.
        history: One dictionary an epoch, all with the same keys.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(history[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(history)
    checkpoints.write_atomically(folder / HISTORY_FILE, text.getvalue().encode())


class Board:
    """Curves for TensorBoard, one point an epoch."""

    def __init__(self, folder: Path) -> None:
        """Opens a folder of event files.

        Args:
            folder: Where ``tensorboard --logdir`` will look.

        Raises:
            TrainingError: TensorBoard is not installed.
        """
        try:
            from tensorboard.summary import Writer
        except ImportError as error:
            raise TrainingError(
                "TensorBoard is not installed; install the package tensorboard, or train without "
                "--tensorboard: history.csv has the same curves."
            ) from error
        self._writer = Writer(str(folder))

    def add(self, row: dict[str, Any]) -> None:
        """Adds an epoch's figures."""
        for name, value in row.items():
            if name != "epoch":
                self._writer.add_scalar(name, float(value), step=row["epoch"])
        self._writer.flush()
