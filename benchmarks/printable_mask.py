"""Measures how often a printed pattern hides a mask from a model.

    make printable-mask

A pattern is trained on half of the shipped portraits and on training photographs, and put on the
other half and on test photographs, beside a plain mask and a random pattern. Results go to
``printable_mask.json`` beside this file, and the pattern to ``assets/printable_masks``; each once
for the same weights, photographs and settings.
"""

from __future__ import annotations

import argparse
import json
import sys
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.result_file import ResultFile
from facemask_core import Classifier, load_classifier
from facemask_core.data import datasets
from facemask_core.data.datasets import Dataset
from facemask_core.labels import WITHOUT_MASK
from facemask_core.models.checkpoints import write_atomically
from facemask_core.paths import PRINTABLE_MASKS
from facemask_core.pictures import images
from facemask_core.printable_mask import effect, training, wearers
from facemask_core.printable_mask.training import PatternTraining

RESULT = Path(__file__).with_name("printable_mask.json")
DATA = Path(__file__).parents[2] / "shared/data/facemask-v2"
MODELS = ("mobilenetv3", "mobilenetv3-robust")
OTHERS = ("inceptionv3", "vgg19")
"""Models that see a pattern that was not trained on them."""
SOME = 400
"""Training photographs, drawn by a seed."""


def measure(
    classifier: Classifier, photographs: dict[str, Dataset], settings: PatternTraining
) -> dict[str, Any]:
    """Trains a pattern for a model, keeps it, and measures it on faces it has not seen.

    Args:
        classifier: The model.
        photographs: Those to train on and those held out, as ``train`` and ``test``.
        settings: The training.
    """
    to_train = wearers.read_portraits(held_out=False)
    to_train += wearers.read_photographs(photographs["train"])
    report = partial(_print_progress, classifier.name)
    pattern = training.train_pattern(classifier, to_train, settings, report)
    picture = images.encode_png(images.to_uint8(pattern))
    PRINTABLE_MASKS.mkdir(exist_ok=True)
    write_atomically(PRINTABLE_MASKS / f"{classifier.name}.png", picture)
    held_out = {
        "portraits": wearers.read_portraits(held_out=True),
        "photographs": wearers.read_photographs(photographs["test"]),
    }
    patterns = effect.add_controls(pattern)
    found: dict[str, Any] = {"trained_on": len(to_train)}
    for group, faces in held_out.items():
        found[group] = effect.measure_effect(classifier, faces, patterns)
    for name in OTHERS:
        seen = load_classifier(name, warm_up=False)
        found[f"portraits, seen by {name}"] = effect.measure_effect(
            seen, held_out["portraits"], patterns
        )
    found |= {"model_sha256": classifier.card.weights_sha256, "statement": effect.STATEMENT}
    figures = PRINTABLE_MASKS / f"{classifier.name}.json"
    write_atomically(figures, json.dumps(found, indent=1).encode())
    return found


def draw_some(dataset: Dataset, count: int) -> Dataset:
    """Draws photographs without a mask, always the same.

    Args:
        dataset: All of them.
        count: How many.
    """
    bare = [sample for sample in dataset.samples if sample.label == WITHOUT_MASK]
    chosen = np.random.default_rng(0).permutation(len(bare))[:count]
    return Dataset(dataset.source, tuple(bare[it] for it in sorted(chosen)))


def _print_progress(name: str, done: int, total: int) -> None:
    print(f"\r{name}: {done}/{total}", end="", file=sys.stderr, flush=True)


def table(values: dict[str, Any]) -> str:
    """Writes the results in Markdown."""
    lines = ["| model, faces | pattern | all | left | ahead | right |", "|---" * 6 + "|"]
    for name, found in values.items():
        for group, patterns in found.items():
            if not isinstance(patterns, dict) or "plain" not in patterns:
                continue
            for pattern, counts in patterns.items():
                cells = (f"{it['called_unmasked']} of {it['faces']}" for it in counts.values())
                lines.append(f"| {name}, {group} | {pattern} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Measures what is missing and prints the table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.printable_mask", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--steps", type=int, default=PatternTraining().steps)
    parser.add_argument("--result", type=Path, default=RESULT, help="elsewhere for a mere try")
    chosen = parser.parse_args()
    if not (chosen.data / "train").is_dir():
        sys.exit(f"There are no photographs in {chosen.data}; say with --data where they are.")
    photographs = {
        "train": draw_some(datasets.open_dataset(chosen.data / "train"), SOME),
        "test": datasets.open_dataset(chosen.data / "test"),
    }
    settings = PatternTraining(steps=chosen.steps)
    results = ResultFile(chosen.result)
    for name in MODELS:
        classifier = load_classifier(name, warm_up=False)
        asked = {
            "model_sha256": classifier.card.weights_sha256,
            "data_sha256": {key: datasets.fingerprint(it) for key, it in photographs.items()},
            **settings.as_dict(),
        }
        results.once(name, asked, partial(measure, classifier, photographs, settings))
    print(table(results.values))


if __name__ == "__main__":
    main()
