"""Writes what a browser needs: a model and the attacks' settings, or the face finder."""

from __future__ import annotations

import json
from pathlib import Path

from facemask_core.models import checkpoints
from facemask_core.web.attack_settings import describe_attacks
from facemask_core.web.finder import write_finder
from facemask_core.web.plan import refuse_backbone, write_plan

PLAN_FILE = "plan.json"
ATTACKS_FILE = "attacks.json"
FINDER_PLAN = "face-finder.json"
FINDER_WEIGHTS = "face-finder.safetensors"
FILES = (PLAN_FILE, checkpoints.WEIGHTS_FILE, ATTACKS_FILE, FINDER_PLAN, FINDER_WEIGHTS)


def export_model(name: str, output: Path) -> dict[str, int]:
    """Writes a model for the browser; files of those names that lie there are replaced.

    The weights are the checkpoint's file, byte for byte, so that the same hash names the model on
    both sides.

    Args:
        name: A shipped model, or its folder.
        output: The folder; it is made if it is not there.

    Returns:
        The size of each file in bytes, by its name.

    Raises:
        CheckpointError: There is no such model, or it cannot be loaded.
        ExportError: A browser cannot compute it.
    """
    return _write(output, write_model(name))


def export_finder(output: Path) -> dict[str, int]:
    """Writes the face finder for the browser; files of those names that lie there are replaced.

    Args:
        output: The folder; it is made if it is not there.

    Returns:
        The size of each file in bytes, by its name.

    Raises:
        FaceFinderError: The finder's weights are missing, or are others than expected.
    """
    return _write(output, write_finder_files())


def write_finder_files() -> dict[str, bytes]:
    """Writes the files of the face finder, by their names.

    Raises:
        FaceFinderError: The finder's weights are missing, or are others than expected.
    """
    plan, weights = write_finder()
    return {FINDER_PLAN: write_json(plan), FINDER_WEIGHTS: weights}


def _write(output: Path, contents: dict[str, bytes]) -> dict[str, int]:
    output.mkdir(parents=True, exist_ok=True)
    for file, content in contents.items():
        checkpoints.write_atomically(output / file, content)
    return {file: len(content) for file, content in contents.items()}


def write_model(name: str) -> dict[str, bytes]:
    """Writes what a browser needs of a model: the content of each file, by its name.

    Args:
        name: A shipped model, or its folder.

    Raises:
        CheckpointError: There is no such model, or it cannot be loaded.
        ExportError: A browser cannot compute it.
    """
    folder = checkpoints.locate(name)
    card = checkpoints.read_card(folder)
    refuse_backbone(card)
    plan = write_plan(checkpoints.load_model(folder, card), card)
    return {
        PLAN_FILE: write_json(plan),
        checkpoints.WEIGHTS_FILE: (folder / checkpoints.WEIGHTS_FILE).read_bytes(),
        ATTACKS_FILE: write_json(describe_attacks()),
    }


def write_json(value: object) -> bytes:
    """Writes JSON as short as it can be."""
    return json.dumps(value, separators=(",", ":")).encode()
