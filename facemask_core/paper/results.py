"""The shipped results of the experiments, as the command ``reproduce`` wrote them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from facemask_core.errors import CheckpointError
from facemask_core.models import checkpoints, figures_schema, published
from facemask_core.paper.experiments import Experiment
from facemask_core.paper.reproduction import RESULTS_DIR

COMMAND = "python -m facemask_core reproduce"
"""The command that computes missing results."""


def read(experiment: Experiment, folder: Path | None = None) -> dict[str, Any] | None:
    """Reads an experiment's result.

    Args:
        experiment: The experiment.
        folder: Folder of the results, if not the shipped ones.

    Returns:
        As :class:`~facemask_core.paper.reproduction.Reproduction` writes it; None if it has not
        been measured, or on other weights than the model has now, or if the model's card cannot be
        used: then nobody knows which weights it has.

    Raises:
        DatasetError: A file there is no result.
    """
    path = (RESULTS_DIR if folder is None else folder) / experiment.file
    if not path.is_file():
        return None
    result = published.read_figures(path, figures_schema.find_paper_fault)
    try:
        card = checkpoints.read_card(checkpoints.locate(experiment.model))
    except CheckpointError:
        return None
    return result if result["model_sha256"] == card.weights_sha256 else None
