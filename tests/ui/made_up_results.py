"""Result files of the paper's experiments with made-up figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from facemask_core.attacks import make
from facemask_core.evaluation.predictions import Predictions
from facemask_core.models import checkpoints
from facemask_core.paper import experiments
from facemask_core.paper.confidences import summarise_confidences
from facemask_core.paper.experiments import Experiment

IMAGES = 100


def stands(experiment: Experiment) -> int:
    """How many images stand: PGD passes FGSM between 4 steps and 5, as it should."""
    if experiment.sharpness is not None:
        return 30 + 2 * experiment.sharpness
    if "random_start" in experiment.settings:
        return max(0, 100 - 15 * experiment.settings["steps"])
    return {None: 98, "fgsm": 40, "pgd": 1}[experiment.attack]


def result(experiment: Experiment) -> dict[str, Any]:
    """A result as the core writes it, as far as pages read it."""
    card = checkpoints.read_card(checkpoints.locate(experiment.model))
    clean = _predictions(98)
    attacked = None if experiment.attack is None else _predictions(stands(experiment))
    return {
        "experiment": experiment.name,
        "model": experiment.model,
        "model_sha256": card.weights_sha256,
        "data_sha256": "d" * 64,
        "code_sha256": "c" * 64,
        "threat_model": None
        if experiment.attack is None
        else make(experiment.attack, **experiment.settings).threat_model(experiment.epsilon),
        "images": IMAGES,
        "clean": clean.as_dict(),
        "adversarial": None if attacked is None else attacked.as_dict(),
        "robust_accuracy": None if attacked is None else stands(experiment) / IMAGES,
        "dead_gradients": 7 if experiment.sharpness else 0,
        "speed": {"device": "a made-up device"},
        "libraries": {"keras": "3.0", "tensorflow": "2.0"},
        "confidences": {
            "clean": summarise_confidences(clean),
            "adversarial": None if attacked is None else summarise_confidences(attacked),
        },
    }


def _predictions(right: int) -> Predictions:
    labels = np.arange(IMAGES) % 2
    classes = np.where(np.arange(IMAGES) < right, labels, 1 - labels)
    return Predictions(labels, 4 * np.eye(2, dtype=np.float32)[classes])


def write(folder: Path) -> None:
    """Writes every result."""
    for experiment in experiments.experiments():
        text = json.dumps(result(experiment))
        (folder / experiment.file).write_text(text, encoding="utf-8")
