"""The measured results that are shipped, as ``reproduce`` left them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from facemask_core.models import checkpoints, published
from facemask_core.paper.experiments import Experiment
from facemask_core.paper.reproduction import RESULTS_DIR

COMMAND = "python -m facemask_core reproduce"
"""What makes the results that are missing."""


def read(experiment: Experiment, folder: Path | None = None) -> dict[str, Any] | None:
    """Reads an experiment's result.

    Args:
        experiment: What was asked.
        folder: Where the results lie, if not where they are shipped.

    Returns:
        As :class:`~facemask_core.paper.reproduction.Reproduction` writes it; None if it has not
        been measured, or on other weights than the model has now.

    Raises:
        DatasetError: A file there is no result.
    """
    path = (RESULTS_DIR if folder is None else folder) / experiment.file
    if not path.is_file():
        return None
    found = published.read(path, "model_sha256")
    card = checkpoints.read_card(checkpoints.locate(experiment.model))
    return found if found["model_sha256"] == card.weights_sha256 else None
