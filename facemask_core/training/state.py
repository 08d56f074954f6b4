"""The state of an unfinished run: every variable, the history, and the run's identity."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy
from numpy.typing import NDArray

from facemask_core.backend import keras
from facemask_core.errors import CheckpointError, TrainingError
from facemask_core.models import card_schema, checkpoints

STATE_FILE = "state.safetensors"


def save(
    path: Path,
    variables: Sequence[keras.Variable],
    identity: str,
    history: list[dict[str, Any]],
) -> None:
    """Writes the state after an epoch, atomically.

    Args:
        path: The file.
        variables: All of the model's and the optimiser's.
        identity: Settings and data of the run.
        history: One dictionary an epoch.
    """
    arrays = {
        f"{index:04d}.{item.name}": np.asarray(keras.ops.convert_to_numpy(item.value))
        for index, item in enumerate(variables)
    }
    metadata = {"identity": identity, "history": json.dumps(history)}
    checkpoints.write_atomically(path, safetensors.numpy.save(arrays, metadata=metadata))


def restore(path: Path, variables: Sequence[keras.Variable], identity: str) -> list[dict[str, Any]]:
    """Sets the variables to a saved state.

    Args:
        path: The file; it need not exist.
        variables: Those that were saved.
        identity: Settings and data of the run that is to resume.

    Returns:
        The history so far, empty if there is no state.

    Raises:
        TrainingError: The state is damaged or belongs to another run.
    """
    if not path.exists():
        return []
    try:
        with safetensors.safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            arrays = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    except (safetensors.SafetensorError, OSError) as error:
        raise TrainingError(f"{path} is damaged ({error}); remove it to start anew.") from error
    if metadata.get("identity") != identity:
        raise TrainingError(
            f"{str(path.parent)!r} holds an unfinished run with other settings or data; "
            "repeat its command, or choose another output folder."
        )
    try:
        checkpoints.assign(variables, _by_present_name(arrays, variables), str(path))
    except CheckpointError as error:
        raise TrainingError(f"{error} Remove the file to start anew.") from error
    return _read_history(path, metadata.get("history", ""))


def _read_history(path: Path, text: str) -> list[dict[str, Any]]:
    try:
        history = json.loads(text)
        fault = card_schema.find_history_fault(history)
    except (ValueError, RecursionError) as error:
        fault = str(error)
    if fault is not None:
        raise TrainingError(
            f"{path} is damaged: its training history is none ({fault}); remove it to start anew."
        )
    return list(history)


def _by_present_name(
    arrays: dict[str, NDArray[Any]], variables: Sequence[keras.Variable]
) -> dict[str, NDArray[Any]]:
    """Renames arrays to the names their places have in this process.

    Keras numbers layers over all models a process has built, and the optimiser's variables are
    named after them: where a run resumes in the process that began it, only the places agree.
    """
    names = {f"{index:04d}": item.name for index, item in enumerate(variables)}
    places = {key: key.partition(".")[0] for key in arrays}
    return {
        f"{place}.{names[place]}" if place in names else key: arrays[key]
        for key, place in places.items()
    }
