"""Measures the chosen parts of the chosen models, and keeps what was measured of the others."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks import attack_speed
from benchmarks.attack_speed import cold, memory, warm, whole_sets
from benchmarks.attack_speed.tables import tables
from facemask_core import backend, load_classifier
from facemask_core.data import datasets
from facemask_core.models import checkpoints

RESULT = Path(__file__).parents[1] / "results.json"
DATA = Path(__file__).parents[3] / "shared/data/facemask-v2/test"
PLANS = {
    "mobilenetv3": (32, 10, 320, 640),
    "inceptionv3": (32, 4, 96, 320),
    "vgg19": (32, 2, 32, 96),
}
"""By backbone: batch, steps, photographs for PGD-40 and for FGSM; enough to time and to repeat."""
USUAL_PLAN = (32, 4, 96, 320)


PARTS = (
    "batch",
    "one image",
    "fast",
    "cold",
    "sweep",
    "peak memory, MiB",
    "fgsm evaluation",
    "robust accuracy",
)


def measure(
    name: str, dataset: datasets.Dataset | None, chosen: Sequence[str] = PARTS
) -> dict[str, Any]:
    """The figures of one model.

    Args:
        name: A shipped model, or its folder.
        dataset: Photographs, or None to leave out what needs them.
        chosen: Which of :data:`PARTS` to measure.
    """
    card = checkpoints.read_card(checkpoints.locate(name))
    batch, steps, hard, easy = PLANS.get(card.backbone, USUAL_PLAN)
    classifier = load_classifier(name, warm_up=False)
    measured: dict[str, Callable[[], Any]] = {
        "batch": lambda: warm.pgd_steps(classifier, batch, steps),
        "one image": lambda: warm.pgd_steps(classifier, 1, steps),
        "fast": lambda: warm.fast(name, batch, steps),
        "cold": lambda: cold.waits(name),
        "sweep": lambda: warm.sweep(classifier),
        "peak memory, MiB": lambda: memory.peaks(name, batch),
    }
    if dataset is not None:
        photographs = dataset
        measured |= {
            "fgsm evaluation": lambda: whole_sets.fgsm_evaluation(classifier, photographs, easy),
            "robust accuracy": lambda: whole_sets.robust_accuracy(classifier, photographs, hard),
        }
    identity = {"model_sha256": card.weights_sha256, "device": str(backend.device())}
    return identity | {part: measured[part]() for part in PARTS if part in {*chosen} & {*measured}}


def merged(before: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """What was measured now, beside what was measured before of the same weights."""
    same = before.get("model_sha256") == found["model_sha256"]
    return before | found if same else found


def main() -> None:
    """Measures, writes the results after every model, and prints the tables."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.attack_speed", description=attack_speed.__doc__.splitlines()[0]
    )
    parser.add_argument("--models", nargs="*", default=list(checkpoints.available()))
    parser.add_argument("--parts", nargs="*", choices=PARTS, default=PARTS)
    parser.add_argument("--data", type=Path, default=DATA)
    chosen = parser.parse_args()
    dataset = datasets.open_dataset(chosen.data) if chosen.data.is_dir() else None
    if dataset is None:
        print(f"No photographs at {chosen.data}: whole sets are left out.", file=sys.stderr)
    results: dict[str, Any] = {"models": {}}
    if RESULT.is_file():
        results = json.loads(RESULT.read_text(encoding="utf-8"))
    for name in chosen.models:
        print(name, file=sys.stderr, flush=True)
        found = measure(name, dataset, chosen.parts)
        results["models"][name] = merged(results["models"].get(name, {}), found)
        checkpoints.write_atomically(RESULT, json.dumps(results, indent=1).encode())
    print(tables(results))


if __name__ == "__main__":
    main()
