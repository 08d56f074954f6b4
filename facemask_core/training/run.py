"""A whole training run: from photographs to a verified checkpoint with its card."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemask_core import evaluation, versions
from facemask_core.backend import all_devices
from facemask_core.data import datasets, places
from facemask_core.engines import RunContext
from facemask_core.errors import TrainingError
from facemask_core.evaluation.unsure import measure_unsure_below
from facemask_core.models import checkpoints
from facemask_core.models.classifier import open_classifier, probabilities
from facemask_core.training import network
from facemask_core.training.history import Board
from facemask_core.training.photographs import Photographs
from facemask_core.training.recipes import Recipe
from facemask_core.training.state import STATE_FILE
from facemask_core.training.trainer import ALSO, Progress, Trainer


def train(
    recipe: Recipe,
    data: Path | str,
    output: Path | str,
    *,
    also: Path | str | None = None,
    name: str | None = None,
    command: str = "",
    tensorboard: Path | None = None,
    progress: Progress = lambda *_: None,
) -> checkpoints.Card:
    """Trains a model, or resumes an unfinished run, and writes its checkpoint.

    Every random choice follows from (seed, epoch, position), and the state after each epoch is
    written atomically, so a run killed at any moment resumes at its last epoch to the same end.

    Args:
        recipe: All settings.
        data: Folder or zip with train, val and perhaps test, or a plain folder-per-class set.
        output: Folder of the checkpoint; it also keeps the state while training runs.
        also: Folder or zip by class whose pictures join the train split; it may have no other part,
            so that none of it is ever validated or tested on.
        name: The model's name on its card; the output folder's name if not given.
        command: The command line, recorded on the card.
        tensorboard: Folder for TensorBoard's event files; None writes none.
        progress: Called at every step.

    Returns:
        The card of the finished model.

    Raises:
        TrainingError: The output folder holds a finished model or a run of other settings, or a
            split has no readable picture of a class.
        BackboneError: The backbone is unknown or ImageNet weights cannot be had.
        CheckpointError: The weights to start from cannot be used.
        DatasetError: The data cannot be used.
    """
    output = Path(output)
    splits = _open_splits(data, output, also)
    fingerprints = {split: datasets.fingerprint(part) for split, part in splits.items()}
    board = Board(tensorboard) if tensorboard else None
    weights = output / checkpoints.WEIGHTS_FILE
    with all_devices(recipe.batch_size):
        trainer = Trainer(recipe, splits, output, fingerprints, progress=progress, board=board)
        ancestors = network.ancestors(recipe)
        output.mkdir(parents=True, exist_ok=True)  # not before: a refusal leaves nothing behind
        trainer.run()
        trainer.finish(weights)
        unrounded = trainer.float32_classes()
        probe = trainer.probe_stored(weights)
    card = checkpoints.Card(
        name=name or output.resolve().name,
        backbone=recipe.backbone,
        weights_sha256=checkpoints.sha256(weights),
        initial_weights=recipe.init,
        data=_describe_data(splits, fingerprints, trainer.photographs),
        recipe=recipe.as_dict(),
        command=command,
        seed=recipe.seed,
        history=trainer.history,
        metrics={},
        versions=versions.package_versions(),
        notes=_notes(probe),
        ancestors=ancestors,
    )
    metrics, unsure_below = _measure(card, output, splits, unrounded, progress)
    if probe:
        metrics["val"]["probe"] = probe  # it was made on validation images
    card = replace(card, metrics=metrics, unsure_below=unsure_below)
    checkpoints.write_card(output, card)
    (output / STATE_FILE).unlink(missing_ok=True)
    return card


def _open_splits(
    data: Path | str, output: Path, also: Path | str | None
) -> dict[str, datasets.Dataset]:
    splits = places.open_splits(data)
    if also is not None:
        splits[ALSO] = places.open_path(also)
    if "val" not in splits:
        raise TrainingError(f"{str(data)!r} has a train folder but no val folder; add one.")
    if (output / checkpoints.CARD_FILE).exists():
        raise TrainingError(
            f"{str(output)!r} holds a finished model; choose another output folder."
        )
    return splits


def _describe_data(
    splits: dict[str, datasets.Dataset],
    fingerprints: dict[str, str],
    photographs: dict[str, Photographs],
) -> dict[str, Any]:
    """Describes every split's files, and counts those that could not be used."""
    return {
        split: {
            "sha256": fingerprints[split],
            "images": len(part),
            **part.counts(),
            "skipped": len(photographs[split].skipped),
        }
        for split, part in splits.items()
    }


def _notes(probe: dict[str, Any]) -> str:
    if not probe.get("catastrophic_overfitting"):
        return ""
    return (
        "Robust against one-step perturbations only (catastrophic overfitting): of "
        f"{probe['images']} validation images the stored weights class "
        f"{100 * probe['val_fgsm_accuracy']:.0f} % rightly under FGSM with a random start, but "
        f"{100 * probe['val_pgd_accuracy']:.0f} % under PGD."
    )


def _measure(
    card: checkpoints.Card,
    output: Path,
    splits: dict[str, datasets.Dataset],
    unrounded: dict[str, NDArray[np.int64]],
    progress: Progress,
) -> tuple[dict[str, Any], float | None]:
    """Evaluates the stored float16 weights, loaded as any user loads them.

    Returns:
        The figures of each split, and the confidence below which the model is unsure.
    """
    classifier = open_classifier(output, card)
    metrics: dict[str, Any] = {}
    unsure_below = None
    for split, classes in unrounded.items():
        report = evaluation.evaluate(
            classifier,
            splits[split],
            context=RunContext(progress=partial(progress, f"measuring {split}")),
        )
        if split == "val":
            shares = probabilities(report.clean.logits)
            unsure_below = measure_unsure_below(shares, report.clean.labels)
        metrics[split] = report.card_figures() | {
            "changed_by_float16": int((report.clean.classes != classes).sum()),
        }
    return metrics, unsure_below
