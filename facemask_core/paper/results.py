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
        been measured, or on other weights than the model has now or was trained from, or if the
        model's card cannot be used: then nobody knows which weights it has.

    Raises:
        DatasetError: A file there is no result.
    """
    path = (RESULTS_DIR if folder is None else folder) / experiment.file
    if not path.is_file():
        return None
    result = published.read_figures(path, figures_schema.find_paper_fault)
    return result if result["model_sha256"] in _list_weights(experiment.model) else None


def is_of_earlier_weights(result: dict[str, Any]) -> bool:
    """Tells whether a result is of weights that the model's present ones were trained from.

    Args:
        result: What :func:`read` found.
    """
    return result["model_sha256"] != _list_weights(result["model"])[0]


def _list_weights(model: str) -> list[str]:
    """Lists the hashes of a model's weights: the present ones, then those before them."""
    try:
        card = checkpoints.read_card(checkpoints.locate(model))
    except CheckpointError:
        return []
    earlier = [ancestor["weights_sha256"] for ancestor in reversed(card.ancestors)]
    return [card.weights_sha256, *earlier]
