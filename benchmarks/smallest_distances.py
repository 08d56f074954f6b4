"""Measures how near the nearest fooling images lie that we, Foolbox and ART find, in L2.

    make smallest-distances

Every contender gets the same photographs in the same batches, and is judged alike: by the model,
on what it returned. Results go to ``smallest_distances.json`` beside this file after each of them;
one that is there already, for the same weights, data and effort, is kept, so that the command goes
on where it was interrupted. In the end it prints them as a table. Two cores are at it for an hour
or two, most of that in ART's Carlini-Wagner.
"""

from __future__ import annotations

import importlib.metadata
import json
import sys
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers import FIRST_WEIGHT, NEAREST, OVERSHOOT, Labels, Nearest, Pixels
from benchmarks.photograph_options import make_parser, read_options
from facemask_core import attacks, backend, load_classifier
from facemask_core.attacks.norms import distances
from facemask_core.data import datasets
from facemask_core.models import checkpoints
from facemask_core.models.classifier import Classifier
from facemask_core.pictures import images

RESULT = Path(__file__).with_name("smallest_distances.json")
DATA = Path(__file__).parents[2] / "shared/data/facemask-v2/test"
MODEL = "mobilenetv3"
PHOTOGRAPHS = 100
BATCH = 32
PACKAGES = ("foolbox", "adversarial-robustness-toolbox")
EFFORT: dict[str, dict[str, int]] = {"deepfool": {"steps": 50}, "cw": {"steps": 40, "searches": 4}}
"""By attack, the same for every contender."""
OURS = {"ours": {}, "ours, without bisection": {"bisections": 0}}
"""The peers end where the published algorithm ends; ours then halves the way back, ten times."""

RULES = {
    "images": "the first that the model classes rightly, the classes in turn",
    "effort": "steps, for Carlini-Wagner with each of the searched weights of success against "
    f"distance, of which the first is {FIRST_WEIGHT:g}; its learning rate is 0.01. Ours and "
    "Foolbox's take all of these steps; ART's are line searches of several forward passes each",
    "overshoot": f"{OVERSHOOT:g} for every DeepFool, as its authors have it",
    "distance": "Euclidean, over pixel values in [0, 1], of the returned image clipped to that "
    "range; infinite (null) where the model classes that image rightly still",
}


def photographs(
    classifier: Classifier, dataset: datasets.Dataset, count: int
) -> tuple[Pixels, Labels]:
    """The first usable images that the model classes rightly, the classes in turn.

    Args:
        classifier: The model.
        dataset: The images to choose from.
        count: How many; fewer where there are no more.
    """
    pixels: list[Pixels] = []
    labels: list[Labels] = []
    for batch in datasets.stream(dataset.take(len(dataset)), BATCH):
        floats = images.to_float(batch.images)
        right = classifier.predict(floats).argmax(axis=1) == batch.labels
        pixels.append(floats[right])
        labels.append(batch.labels[right])
        if sum(map(len, labels)) >= count:
            break
    return np.concatenate(pixels)[:count], np.concatenate(labels)[:count]


def distances_if_fooled(
    classifier: Classifier, originals: Pixels, labels: Labels, found: Pixels
) -> NDArray[np.float64]:
    """How far each returned image lies from its original; infinitely far if it does not fool.

    Args:
        classifier: The model it has to fool.
        originals: float32 (n, 224, 224, 3).
        labels: int64 (n,), their classes.
        found: What an attack returned for them.
    """
    shown = np.clip(found, 0.0, 1.0)
    fooled = classifier.predict(shown).argmax(axis=1) != labels
    return np.where(fooled, distances(shown, originals, "l2"), np.inf)


def contenders(classifier: Classifier, name: str, effort: dict[str, int]) -> dict[str, Nearest]:
    """The attack by us and by the peers, set up for a model.

    Args:
        classifier: The model.
        name: Name of the attack.
        effort: The settings that all of them have.
    """
    ours = {
        contender: partial(our_nearest, classifier, attacks.make(name, **effort, **own))
        for contender, own in OURS.items()
    }
    peers = {peer: set_up(classifier.model, **effort) for peer, set_up in NEAREST[name].items()}
    return ours | peers


def our_nearest(
    classifier: Classifier, attack: attacks.Attack, pixels: Pixels, labels: Labels
) -> Pixels:
    """What our attack takes for the nearest fooling images, however far they are."""
    free = attack.largest_epsilon(classifier.input_shape)
    return attack(classifier, pixels, labels, epsilon=free).images


def measure(
    classifier: Classifier, pixels: Pixels, labels: Labels, nearest: Nearest
) -> dict[str, Any]:
    """Attacks the photographs, batch by batch.

    Args:
        classifier: The model under attack.
        pixels: The photographs.
        labels: Their classes.
        nearest: The attack.
    """
    lengths = []
    for start in range(0, len(labels), BATCH):
        batch = pixels[start : start + BATCH], labels[start : start + BATCH]
        found = nearest(*batch)
        lengths.append(distances_if_fooled(classifier, *batch, found))
        print(f"\r{start + len(found)}/{len(labels)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    every = np.concatenate(lengths)
    return {
        "median": _finite(np.median(every)),
        "fooled": int(np.isfinite(every).sum()),
        "distances": [_finite(length) for length in every],
    }


def _finite(length: float) -> float | None:
    """As JSON can hold it."""
    return round(float(length), 4) if np.isfinite(length) else None


def stated(classifier: Classifier, dataset: datasets.Dataset, count: int) -> dict[str, Any]:
    """What the results have to be read with.

    Args:
        classifier: The model under attack.
        dataset: Where the photographs are from.
        count: How many there are.
    """
    return {
        "model": classifier.name,
        "model_sha256": classifier.card.weights_sha256,
        "data_sha256": datasets.fingerprint(dataset),
        "images": count,
        "batch": BATCH,
        "effort": EFFORT,
        "device": str(backend.device()),
        "versions": {package: importlib.metadata.version(package) for package in PACKAGES},
    }


def begun(path: Path, setting: dict[str, Any]) -> dict[str, Any]:
    """The results so far in the same setting, or those of none.

    Args:
        path: Where they are kept.
        setting: What they have to be read with.
    """
    if path.is_file():
        results = json.loads(path.read_text(encoding="utf-8"))
        if results["setting"] == setting:
            return dict(results)
    return {"setting": setting, "rules": RULES, "attacks": {name: {} for name in EFFORT}}


def table(results: dict[str, Any]) -> str:
    """The results in Markdown."""
    lines = [
        "| attack | contender | median L2 distance | fooled |",
        "|---|---|---|---|",
    ]
    count = results["setting"]["images"]
    for name, found in results["attacks"].items():
        for contender, figures in found.items():
            median = "infinite" if figures["median"] is None else f"{figures['median']:.4f}"
            lines.append(
                f"| {attacks.get(name).title} | {contender} | {median} "
                f"| {figures['fooled']} of {count} |"
            )
    return "\n".join(lines)


def main() -> None:
    """Measures what is missing and prints the table."""
    chosen = read_options(
        make_parser("smallest_distances", __doc__, data=DATA, result=RESULT, limit=PHOTOGRAPHS)
    )
    dataset, classifier = datasets.open_dataset(chosen.data), load_classifier(MODEL)
    pixels, labels = photographs(classifier, dataset, chosen.limit)
    results = begun(chosen.result, stated(classifier, dataset, len(labels)))
    for name, measured in results["attacks"].items():
        for contender, nearest in contenders(classifier, name, EFFORT[name]).items():
            if contender not in measured:
                print(f"{name}, {contender}", file=sys.stderr, flush=True)
                measured[contender] = measure(classifier, pixels, labels, nearest)
                checkpoints.write_atomically(chosen.result, json.dumps(results, indent=1).encode())
    print(table(results))


if __name__ == "__main__":
    main()
